import type { RunStore } from '@lorc/runner'
import type { JournalChunk, JournalChunks } from './journal-chunks.ts'
import type { ReaderConnection } from './reader-connection.ts'
import type { RunWatches } from './run-watches.ts'

const ENDS: ReadonlySet<string> = new Set(['run.completed', 'run.failed', 'run.cancelled'])

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
  let seq = from
  let last = ''
  const next = async (): Promise<JournalChunk | undefined> => {
    // Others wait for the same already: there is nothing yet.
    if (follow && watches.isWaitedFor(runId, seq)) return watches.next(runId, seq, to.gone)
    const ready = await chunks.from(runId, seq)
    if (ready || !follow) return ready
    if (!(await hasEnded(store, runId, last))) return watches.next(runId, seq, to.gone)
    // It may have ended after the look above.
    return chunks.from(runId, seq)
  }
  while (!to.gone.aborted) {
    const chunk = await next()
    if (!chunk) return
    await to.send(chunk.frames)
    seq = chunk.next
    last = chunk.last
  }
}

/** A run that had ended may go on: only its summary knows. The last event spares asking in the middle. */
async function hasEnded(store: RunStore, runId: string, last: string): Promise<boolean> {
  if (last !== '' && !ENDS.has(last)) return false
  return (await store.get(runId))?.status !== 'running'
}
