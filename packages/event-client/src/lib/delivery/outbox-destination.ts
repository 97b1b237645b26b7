import type { Deliverer } from './deliverer.ts'
import type { Destination } from '../destination.ts'
import { EventError } from '../errors.ts'
import type { EventCounts } from '../event-client.ts'
import type { LocalPlace } from '../local/local-place.ts'
import type { Outbox } from '../local/outbox.ts'
import { countsOf, Tallies, type Emitter } from '../local/tallies.ts'
import { MANY_ROWS, type RowList } from '../rows/row-buffer.ts'

/** Opened when the first row is written, or somebody asks for those of other processes. */
export interface Delivering {
  readonly outbox: Outbox
  /** Undefined where another process delivers. */
  readonly deliverer: Deliverer | undefined
}

export interface OutboxDestinationOptions {
  readonly sinkName: string
  /** Rows are settled once they are in the outbox. */
  readonly allowOutbox: boolean
  /** Rows in the outbox from which on somebody who emits is held back. */
  readonly maxWaiting: number
}

/** The outbox as the destination: from there rows are delivered to a sink. */
export class OutboxDestination implements Destination {
  readonly #place: LocalPlace
  readonly #open: () => Delivering
  readonly #sinkName: string
  readonly #allowOutbox: boolean
  readonly #maxWaiting: number
  /** By emitter: the highest number among rows of others that it emitted as well. */
  readonly #behind = new Map<string, number>()

  constructor(place: LocalPlace, open: () => Delivering, { sinkName, allowOutbox, maxWaiting }: OutboxDestinationOptions) {
    this.#place = place
    this.#open = open
    this.#sinkName = sinkName
    this.#allowOutbox = allowOutbox
    this.#maxWaiting = maxWaiting
  }

  write(rows: RowList, emitter: Emitter): void {
    const { outbox, deliverer } = this.#open()
    const behind = outbox.write(rows, emitter)
    if (behind > 0) this.#behind.set(nameOf(emitter), Math.max(behind, this.#behind.get(nameOf(emitter)) ?? 0))
    if (rows.length >= MANY_ROWS) this.#place.opened()?.hasten()
    deliverer?.wake()
  }

  async sync(): Promise<void> {
    await this.#place.opened()?.sync()
  }

  async relief(signal: AbortSignal | undefined): Promise<void> {
    if (this.#place.existing() === undefined) return
    const { outbox, deliverer } = this.#open()
    await deliverer?.relief(() => outbox.waiting() - this.#maxWaiting, signal)
  }

  async settle(emitter: Emitter, signal: AbortSignal | undefined): Promise<void> {
    if (this.#place.existing() === undefined) return
    const { outbox, deliverer } = this.#open()
    if (deliverer === undefined || this.#allowOutbox) await this.sync()
    else {
      const behind = this.#behind.get(nameOf(emitter)) ?? 0
      await deliverer.drain(() => this.#left(outbox, emitter, behind), signal)
      this.#behind.delete(nameOf(emitter))
    }
    const { emitted, rejected } = this.counts(emitter.runId, emitter.step)
    if (rejected > 0) throw this.#refused(outbox, emitter, rejected, emitted)
  }

  counts(runId?: string, step?: string): EventCounts {
    const database = this.#place.existing()
    return database ? new Tallies(database).counts(runId, step) : countsOf([])
  }

  #left(outbox: Outbox, { runId, step }: Emitter, behind: number): number {
    const { waiting } = outbox.tallies.counts(runId, step)
    return waiting + (behind > 0 && outbox.waitsUpTo(behind) ? 1 : 0)
  }

  #refused(outbox: Outbox, emitter: Emitter, rejected: number, emitted: number): EventError {
    const reasons = outbox.reasons(emitter)
    const [first] = reasons
    const why = first === undefined ? '' : ` ${reasons.length > 1 ? 'Most often' : 'Reason'}: ${first.reason}`
    const message = `${this.#sinkName} refuses ${rejected} of ${emitted} events for good.${why}`
    return new EventError('EVENTS_REJECTED', message, {
      fix: 'They are in the table `dead_letters` of the local database. Mend what the reason names, and run the job again.',
      details: { rejected, emitted, reasons: reasons.map(({ reason, count }) => ({ reason, count })) },
    })
  }
}

function nameOf({ runId, step }: Emitter): string {
  return `${runId}\0${step}`
}
