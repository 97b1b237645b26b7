import type { Clock } from '../api.ts'
import type { EventData } from '../events.ts'
import { Journal } from '../journal/journal.ts'
import { acquireLease } from './lease.ts'
import { loadRun, type LoadedRun } from '../run-state/run-reader.ts'
import type { DriverIdentity, RunStore } from '../store.ts'

/**
 * Journals what was decided about a run that nobody drives, and gives its lease up again. `decide` sees the run as it
 * is under the lease, and may throw; undefined: nothing is journaled. Throws RUN_UNKNOWN, RUN_HELD, RUN_FENCED, STORE_*.
 */
export async function journalUnattended(
  { store, clock, identity, leaseMs }: { store: RunStore; clock: Clock; identity: DriverIdentity; leaseMs: number },
  runId: string,
  decide: (run: LoadedRun) => EventData | undefined,
): Promise<void> {
  const epoch = await acquireLease(store, runId, identity, clock, leaseMs)
  try {
    const run = await loadRun(store, runId)
    const decided = decide(run)
    if (!decided) return
    const journal = new Journal({ store, clock }, runId, epoch, run.position)
    const durable = new Promise<void>((resolve, reject) => {
      journal.tell(() => resolve(), reject)
    })
    journal.append(decided, clock.now())
    await durable
  } finally {
    await store.releaseLease(runId, epoch).catch(() => {})
  }
}
