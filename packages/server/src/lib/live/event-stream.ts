import type { RunStore } from '@lorc/runner'
import type { JournalChunks } from './journal-chunks.ts'
import { isEnd, placeAfter, type JournalPlace } from './journal-place.ts'
import type { ReaderConnection } from './reader-connection.ts'
import type { RunWatches } from './run-watches.ts'

export interface EventStreamPorts {
  readonly store: RunStore
  readonly chunks: JournalChunks
  readonly watches: RunWatches
}

/**
 * Sends a run's events from `from` on, at the pace of the reader; with `follow`, also what comes until the run has ended. Of
 * a slow reader no more is held than one chunk, which all readers share, and what its socket buffers.
 */
export async function streamEvents(
  { store, chunks, watches }: EventStreamPorts,
  runId: string,
  from: number,
  to: ReaderConnection,
  { follow }: { follow: boolean },
): Promise<void> {
  let at: JournalPlace = { next: from, last: '' }
  while (!to.gone.aborted) {
    // Others wait for the same already: there is nothing yet.
    const isNew = follow && watches.isWaitedFor(runId, at.next)
    const ready = isNew ? undefined : await chunks.from(runId, at.next)
    if (ready) {
      to.take(ready.frames)
      at = placeAfter(ready)
    } else if (isNew || (follow && !(await hasEnded(store, runId, at.last)))) {
      at = await watches.follow(runId, at, to)
      // It may have ended after the look above.
    } else if (!follow || !(await chunks.from(runId, at.next))) return
    await to.room()
  }
}

/** A run that had ended may go on: only its summary knows. The last event spares asking in the middle. */
async function hasEnded(store: RunStore, runId: string, last: string): Promise<boolean> {
  if (last !== '' && !isEnd(last)) return false
  return (await store.get(runId))?.status !== 'running'
}
