import { LogReader, type JournalEvent, type Runner } from '@lorc/runner'

export interface LogSelection {
  /** This step, and its items; undefined: every step. */
  readonly step?: string | undefined
  readonly attempt?: number | undefined
  /** Only lines that hold this, in either case. */
  readonly text?: string | undefined
  /** Go on with what is printed until the run has ended. */
  readonly follow: boolean
}

/** A line that a step printed. */
export interface LogLine {
  step: string
  attempt: number
  attempt_started_at: string
  text: string
}

/** Whoever reads. */
export interface LogTaker {
  /** Resolves when there is room for more. */
  take(lines: readonly LogLine[]): Promise<void>
  /** False once nobody reads any more. */
  isThere(): boolean
  /** Resolves after the milliseconds, or at once when nobody reads any more. */
  pause(ms: number): Promise<void>
}

const LOOK_MS = 200
const ENDS: ReadonlySet<string> = new Set(['step.completed', 'step.failed', 'step.cancelled', 'step.interrupted'])

/** Hands over what the attempts of a run printed; of those that printed meanwhile, what came of the one that began first. */
export async function streamLogs(runner: Runner, runId: string, selection: LogSelection, taker: LogTaker): Promise<void> {
  const logs = new OpenLogs(runner, runId, selection)
  for (let seq = 0; taker.isThere(); ) {
    // Asked before the events are read: whatever a run that had ended by then has printed is read below.
    const isOver = !selection.follow || (await runner.store.get(runId))?.status !== 'running'
    for await (const event of runner.events(runId, { fromSeq: seq })) {
      seq = event.seq + 1
      await logs.note(event)
    }
    await logs.readOn(taker, isOver)
    if (isOver) return
    await taker.pause(LOOK_MS)
  }
}

interface OpenLog {
  reader: LogReader
  line: Omit<LogLine, 'text'>
  /** Nothing more is printed into it. */
  ended: boolean
  /** What the journal has of it. */
  journaled?: readonly string[] | undefined
}

class OpenLogs {
  readonly #runner: Runner
  readonly #runId: string
  readonly #selection: LogSelection
  readonly #wanted: string | undefined
  /** In the order in which the attempts began. */
  readonly #logs = new Map<string, OpenLog>()

  constructor(runner: Runner, runId: string, selection: LogSelection) {
    this.#runner = runner
    this.#runId = runId
    this.#selection = selection
    this.#wanted = selection.text?.toLowerCase()
  }

  async note(event: JournalEvent): Promise<void> {
    if (event.type === 'step.started') {
      const { step, attempt } = event
      if (!this.#isSelected(step, attempt)) return
      const reader = new LogReader(await this.#runner.logPath(this.#runId, step, attempt))
      const line = { step, attempt, attempt_started_at: new Date(event.ts).toISOString() }
      this.#logs.set(`${step} ${attempt}`, { reader, line, ended: false })
    } else if (ENDS.has(event.type) && 'attempt' in event) {
      const log = this.#logs.get(`${event.step} ${event.attempt}`)
      if (!log) return
      log.ended = true
      log.journaled = event.type === 'step.completed' ? event.log : undefined
    }
  }

  async readOn(taker: LogTaker, isOver: boolean): Promise<void> {
    for (const [key, { reader, line, ended, journaled }] of this.#logs) {
      if (!taker.isThere()) return
      const take = (texts: readonly string[]): Promise<void> => {
        const lines = texts.filter((text) => this.#isWanted(text)).map((text) => ({ ...line, text }))
        return lines.length === 0 ? Promise.resolve() : taker.take(lines)
      }
      await reader.read(take)
      if (!ended && !isOver) continue
      await reader.finish(take, journaled)
      this.#logs.delete(key)
    }
  }

  #isSelected(step: string, attempt: number): boolean {
    const { step: wanted, attempt: number } = this.#selection
    if (number !== undefined && number !== attempt) return false
    return wanted === undefined || step === wanted || step.startsWith(`${wanted}[`)
  }

  #isWanted(text: string): boolean {
    return this.#wanted === undefined || text.toLowerCase().includes(this.#wanted)
  }
}
