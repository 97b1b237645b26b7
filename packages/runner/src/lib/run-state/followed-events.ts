import type { Clock, FollowOptions } from '../api.ts'
import type { JournalEvent } from '../events.ts'
import { FOLLOW_OPTIONS } from '../known-options.ts'
import { checkOptions } from '../option-checks.ts'
import { storedEvents } from './run-reader.ts'
import type { RunStore, RunSummary } from '../store.ts'

const POLL_MS = 200

/** The events of a run that anybody drives, as they are stored. `summaryOf` rejects for a run that is not there (any more). */
export async function* followedEvents(
  store: RunStore,
  summaryOf: (runId: string) => Promise<RunSummary>,
  clock: Clock,
  runId: string,
  options: FollowOptions,
): AsyncGenerator<JournalEvent> {
  checkOptions('events', options, FOLLOW_OPTIONS)
  const { fromSeq = 0, follow = false, signal } = options
  for (let seq = fromSeq; ; ) {
    const before = await summaryOf(runId)
    for await (const event of storedEvents(store, runId, seq)) {
      yield event
      seq = event.seq + 1
    }
    if (!follow || signal?.aborted || before.status !== 'running') return
    await new Promise<void>((resolve) => clock.sleep(POLL_MS, resolve))
  }
}
