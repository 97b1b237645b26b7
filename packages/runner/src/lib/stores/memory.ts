import { RunnerError } from '../errors.ts'
import type { RunStore } from '../store.ts'
import { MemoryCache } from './memory-cache.ts'
import { MemoryDocuments } from './memory-documents.ts'
import { MemoryRuns } from './memory-runs.ts'
import { MemorySlots } from './memory-slots.ts'

/**
 * A store that lives and dies with the object: for tests, for embedding where nothing has to survive, and as the
 * plainest reading of the contract. Holds everything in memory; one process only.
 */
export function createMemoryStore(): RunStore {
  const runs = new MemoryRuns()
  const slots = new MemorySlots((runId) => runs.lease(runId))
  const cache = new MemoryCache()
  const documents = new MemoryDocuments()
  let closed = false

  function open<Part>(part: Part): Part {
    if (closed) throw new RunnerError('STORE_CLOSED', 'The memory store was closed.')
    return part
  }

  return {
    kind: 'memory',

    commit(batches) {
      open(runs)
      return batches.map((batch) => runs.apply(batch))
    },
    async *read(runId, fromSeq = 0) {
      yield* open(runs).read(runId, fromSeq)
    },
    plan: async (hash) => open(runs).plan(hash),
    get: async (runId) => open(runs).get(runId),
    list: async (filter = {}) => open(runs).list(filter),

    lease: async (runId) => open(runs).lease(runId),
    takeLease: async (runId, expected, driver) => open(runs).takeLease(runId, expected, driver),
    releaseLease: async (runId, epoch) => open(runs).releaseLease(runId, epoch),
    async releaseLeases(held) {
      open(runs)
      for (const { runId, epoch } of held) runs.releaseLease(runId, epoch)
    },
    startHeartbeat(driver, intervalMs) {
      open(runs)
      const timer = setInterval(() => runs.beat(driver), intervalMs)
      timer.unref()
      return async () => clearInterval(timer)
    },

    send: async (runId, command) => open(runs).send(runId, command),
    inbox: async (runId) => open(runs).inbox(runId),

    takeSlot: async (group, limit, holder, gone = []) => open(slots).take(group, limit, holder, gone),
    releaseSlot: async (group, holder) => open(slots).release(group, holder),

    cached: async (planName, step, key, limit = 1) => open(cache).newest(planName, step, limit, key),
    cacheEntries: async (planName, step, limit = 20) => open(cache).newest(planName, step, limit),
    putCache: async (entry) => open(cache).put(entry),

    document: async (collection, key) => open(documents).get(collection, key),
    documents: async (collection, filter = {}) => open(documents).list(collection, filter),
    putDocument: async (collection, key, value, expected) => open(documents).put(collection, key, value, expected),

    attempts: async (filter) => open(runs).attempts(filter),

    remove: async (runIds) => open(runs).remove(runIds),
    removePlans: async () => open(runs).removePlans(),
    removeCached: async (before, keep) => open(cache).removeBefore(before, keep),
    size: async () => ({ bytes: open(runs).size, freeBytes: 0 }),
    compact: async () => void open(runs),

    async close() {
      closed = true
    },
  }
}
