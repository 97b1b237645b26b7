import type { Clock } from '../../src/lib/api.ts'
import { RunnerError } from '../../src/lib/errors.ts'
import type { JournalEvent } from '../../src/lib/events.ts'
import type { CommitResult, JournalBatch, RunStore } from '../../src/lib/store.ts'

/**
 * What becomes of one commit of a process. `lost`: the process dies before it is written; `unanswered`: after it was
 * written, before anything was acted on; `refused`: the disk is full; `held`: the process sleeps over it, and wakes up
 * when another has taken the run over.
 */
export interface Trouble {
  kind: 'lost' | 'unanswered' | 'refused' | 'held'
  /** Which commit, from 1. */
  at: number
}

/** What may be wrong with a store: it answers before it has written, or writes for a driver that was replaced. */
export type Flaw = 'unsynced' | 'unfenced'

/** What all processes of a simulation share. */
export interface Medium {
  store: RunStore
  flaw: Flaw | undefined
  /** Of the last lease that was taken. */
  epoch: number
  /** Drivers whose process is gone, by id. */
  gone: Set<string>
  /** Every event that is durable, in order. */
  durable: JournalEvent[]
}

/** One process's way to the medium. */
export interface TroubledStore extends RunStore {
  /** The process stopped, one way or another. */
  readonly stopped: boolean
  /** Lets a process that was held go on. */
  wake(): void
}

const never = new Promise<never>(() => {})

/** `commitMs` null: commits answer at once; 0: in a later turn; else virtual milliseconds. */
export function troubledStore(medium: Medium, trouble: Trouble | undefined, clock: Clock, commitMs: number | null): TroubledStore {
  const { store, gone, durable } = medium
  const drivers = new Set<string>()
  let unsynced: readonly JournalBatch[] = []
  let commits = 0
  let stopped = false
  let wake = (): void => {}

  function write(batches: readonly JournalBatch[]): CommitResult[] {
    if (medium.flaw !== 'unsynced') return put(batches)
    put(unsynced)
    unsynced = batches
    return batches.map(() => 'ok')
  }

  function put(batches: readonly JournalBatch[]): CommitResult[] {
    const forged = { epoch: medium.epoch, firstSeq: durable.length }
    const results = store.commit(batches.map((batch) => (medium.flaw === 'unfenced' ? { ...batch, ...forged } : batch))) as CommitResult[]
    batches.forEach((batch, i) => {
      if (batch.create) drivers.add(batch.create.driver.id)
      if (results[i] === 'ok') for (const line of batch.lines) durable.push(JSON.parse(line) as JournalEvent)
    })
    return results
  }

  function stop(): void {
    stopped = true
    for (const id of drivers) gone.add(id)
  }

  return {
    ...store,
    get stopped() {
      return stopped
    },
    wake: () => wake(),
    commit(batches) {
      commits++
      if (trouble?.at !== commits) {
        if (stopped && trouble?.kind !== 'held') return never
        if (commitMs === null) return write(batches)
        return new Promise((resolve) => void clock.sleep(commitMs, () => resolve(write(batches))))
      }
      if (trouble.kind === 'unanswered') write(batches)
      for (const batch of batches) if (batch.create) drivers.add(batch.create.driver.id)
      stop()
      if (trouble.kind === 'refused') throw new RunnerError('STORE_FULL', 'The disk is full.')
      if (trouble.kind !== 'held') return never
      return new Promise((resolve) => (wake = () => resolve(write(batches))))
    },
    async lease(runId) {
      const lease = await store.lease(runId)
      return lease?.driver && gone.has(lease.driver.id) ? { ...lease, driver: { ...lease.driver, startTime: 'long ago' } } : lease
    },
    async takeLease(runId, expected, driver) {
      drivers.add(driver.id)
      const epoch = await store.takeLease(runId, expected, driver)
      if (epoch !== undefined) medium.epoch = epoch
      return epoch
    },
    startHeartbeat: () => async () => {},
  }
}
