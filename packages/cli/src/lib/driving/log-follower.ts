import { LogReader, type JournalEvent, type TakeLines } from '@lorc/runner'
import type { Io } from '../io.ts'

const FOLLOW_MS = 200

/** Reads the logs of the attempts that go on, as they are written; at the end of an attempt, the rest of its log. */
export class LogFollower {
  readonly #readers = new Map<string, { reader: LogReader; take: TakeLines }>()
  readonly #stopTicking: () => void
  #reading = Promise.resolve()
  #busy = false

  constructor(io: Io) {
    this.#stopTicking = io.every(FOLLOW_MS, () => {
      if (!this.#busy) this.#reading = this.#readAll()
    })
  }

  begin(step: string, path: string, take: TakeLines): void {
    this.#readers.set(step, { reader: new LogReader(path), take })
  }

  /** Reads the rest of a log whose attempt is over with this event, if one is. */
  async after(event: JournalEvent): Promise<void> {
    const step = attemptEnded(event)
    const last = step === undefined ? undefined : this.#readers.get(step)
    if (step === undefined || last === undefined) return
    await this.#reading
    this.#readers.delete(step)
    await last.reader.read(last.take)
    await last.reader.finish(last.take, event.type === 'step.completed' ? event.log : undefined)
  }

  async stop(): Promise<void> {
    this.#stopTicking()
    await this.#reading
  }

  async #readAll(): Promise<void> {
    this.#busy = true
    for (const { reader, take } of this.#readers.values()) await reader.read(take)
    this.#busy = false
  }
}

/** The step of which this event says that an attempt is over. */
function attemptEnded(event: JournalEvent): string | undefined {
  switch (event.type) {
    case 'step.completed':
    case 'step.failed':
    case 'step.cancelled':
    case 'step.interrupted':
      return event.step
    default:
      return undefined
  }
}
