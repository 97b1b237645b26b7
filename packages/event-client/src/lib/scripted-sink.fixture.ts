import type { EventRow } from './event.ts'
import type { BatchOutcome, EventSink } from './sink.ts'

type Answer = (rows: readonly EventRow[], signal: AbortSignal) => BatchOutcome | Promise<BatchOutcome>

/** A sink that answers as the test says: by the script while it lasts, then it takes everything. */
export class ScriptedSink implements EventSink {
  readonly name: string = 'scripted'
  limits = { rows: 100, bytes: 1 << 20 }
  concurrency = 1
  readonly script: Answer[] = []
  /** Every batch that it was sent. */
  readonly batches: EventRow[][] = []
  readonly taken: EventRow[] = []
  always: Answer | undefined

  async write(rows: readonly EventRow[], signal: AbortSignal): Promise<BatchOutcome> {
    this.batches.push([...rows])
    const outcome = (await (this.script.shift() ?? this.always)?.(rows, signal)) ?? { rejected: [] }
    const rejected = new Set(outcome.rejected.map(({ index }) => index))
    this.taken.push(...rows.filter((_, index) => !rejected.has(index)))
    return outcome
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
