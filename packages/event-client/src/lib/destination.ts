import type { EventCounts } from './event-client.ts'
import type { Emitter } from './local/tallies.ts'
import type { RowList } from './rows/row-buffer.ts'

/** Where rows go as they are emitted: the local database as the sink, its outbox, or nowhere in a dry run. */
export interface Destination {
  /** Writes those rows whose ids are new, all or none. Throws EventError EVENTS_STORE_*. */
  write(rows: RowList, emitter: Emitter): void
  /** Resolves when all that was written is on the disk. */
  sync(): Promise<void>
  /** Resolves when no more waits for a sink than may, the sink takes nothing, or `signal` is aborted. */
  relief(signal: AbortSignal | undefined): Promise<void>
  /** Resolves when what a step emitted is where it belongs: JobEvents.settle says when that is. */
  settle(emitter: Emitter, signal: AbortSignal | undefined): Promise<void>
  /** Of all runs, of one, or of one of its steps. */
  counts(runId?: string, step?: string): EventCounts
}
