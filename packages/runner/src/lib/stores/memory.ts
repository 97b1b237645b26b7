import { RunnerError } from '../errors.ts'
import { isSameHolder } from '../leases/group-slots.ts'
import type { JsonObject } from '../json.ts'
import type {
  AttemptRecord,
  CacheEntry,
  CommitResult,
  DriverIdentity,
  HeldSlot,
  InboxCommand,
  JournalBatch,
  RunFilter,
  RunStore,
  RunSummary,
  SlotHolder,
} from '../store.ts'
import { unknownRun } from '../unknown-run.ts'
import { isListed } from './run-filter.ts'

const CHUNK = 1000

interface MemoryRun {
  order: number
  summary: RunSummary
  epoch: number
  driver: DriverIdentity | null
  lines: string[]
  inbox: InboxCommand[]
}

interface MemoryCacheEntry {
  planName: string
  step: string
  key: string
  json: string
}

/**
 * A store that lives and dies with the object: for tests, for embedding where nothing has to survive, and as the
 * plainest reading of the contract. Holds everything in memory; one process only.
 */
export function createMemoryStore(): RunStore {
  const runs = new Map<string, MemoryRun>()
  const plans = new Map<string, string>()
  const beats = new Map<string, number>()
  const cache: MemoryCacheEntry[] = []
  const attempts: AttemptRecord[] = []
  const slots = new Map<string, SlotHolder[]>()
  const collections = new Map<string, Map<string, { json: string; revision: number }>>()
  let order = 0
  let lastCommand = 0
  let closed = false

  function open(): void {
    if (closed) throw new RunnerError('STORE_CLOSED', 'The memory store was closed.')
  }

  function known(runId: string): MemoryRun {
    open()
    const run = runs.get(runId)
    if (run === undefined) throw unknownRun(runId)
    return run
  }

  function admit(batch: JournalBatch): MemoryRun | Exclude<CommitResult, 'ok'> {
    const run = runs.get(batch.runId)
    if (batch.create === undefined) {
      return run?.epoch === batch.epoch && run.lines.length === batch.firstSeq ? run : 'fenced'
    }
    if (run !== undefined || isKeyTaken(batch.create.summary)) return 'exists'
    if (batch.firstSeq !== 0 || batch.epoch !== 1) return 'fenced'
    const { summary, plan, driver } = batch.create
    const created = { order: order++, summary: { ...summary }, epoch: batch.epoch, driver, lines: [], inbox: [] }
    if (!plans.has(plan.hash)) plans.set(plan.hash, plan.json)
    runs.set(batch.runId, created)
    return created
  }

  function isKeyTaken({ idempotency }: RunSummary): boolean {
    return idempotency !== undefined && [...runs.values()].some(({ summary }) => summary.idempotency?.key === idempotency.key)
  }

  function apply(batch: JournalBatch): CommitResult {
    const run = admit(batch)
    if (typeof run === 'string') return run
    for (const line of batch.lines) run.lines.push(line)
    const { reopened, ended, inboxDone } = batch
    if (reopened === true) run.summary = { ...run.summary, status: 'running', endedAt: null, error: null }
    if (ended !== undefined) {
      run.summary = { ...run.summary, status: ended.status, endedAt: ended.at, error: ended.error }
      run.driver = null
      for (const attempt of ended.attempts) attempts.push({ ...attempt })
    }
    if (inboxDone !== undefined) run.inbox = run.inbox.filter((command) => command.id > inboxDone)
    return 'ok'
  }

  function newestCache(matches: (entry: MemoryCacheEntry) => boolean, limit: number) {
    open()
    const found = cache.filter(matches).slice(-limit).reverse()
    return Promise.resolve(found.map((entry) => JSON.parse(entry.json) as CacheEntry))
  }

  function heldBy({ runId, step, epoch }: SlotHolder): HeldSlot[] {
    const run = runs.get(runId)
    if (run?.epoch !== epoch || run.driver === null) return []
    return [{ runId, step, epoch, driver: run.driver, heartbeat: beats.get(run.driver.id) ?? 0 }]
  }

  return {
    kind: 'memory',

    commit(batches) {
      open()
      return batches.map(apply)
    },

    async *read(runId, fromSeq = 0) {
      const { lines } = known(runId)
      const end = lines.length
      for (let at = fromSeq; at < end; at += CHUNK) yield lines.slice(at, Math.min(at + CHUNK, end))
    },

    async plan(hash) {
      open()
      return plans.get(hash)
    },

    async get(runId) {
      open()
      const run = runs.get(runId)
      return run === undefined ? undefined : { ...run.summary }
    },

    async list(filter: RunFilter = {}) {
      open()
      const { before, limit = 50 } = filter
      const bound = before === undefined ? undefined : known(before)
      return [...runs.values()]
        .filter((run) => isListed(run.summary, filter))
        .filter((run) => bound === undefined || newestFirst(bound, run) < 0)
        .sort(newestFirst)
        .slice(0, limit)
        .map((run) => ({ ...run.summary }))
    },

    async lease(runId) {
      open()
      const run = runs.get(runId)
      if (run === undefined) return undefined
      return { epoch: run.epoch, driver: run.driver, heartbeat: run.driver ? (beats.get(run.driver.id) ?? 0) : 0 }
    },

    async takeLease(runId, expected, driver) {
      open()
      const run = runs.get(runId)
      if (run?.epoch !== expected) return undefined
      run.driver = driver
      run.epoch += 1
      return run.epoch
    },

    async releaseLease(runId, epoch) {
      open()
      const run = runs.get(runId)
      if (run?.epoch === epoch) run.driver = null
    },

    async releaseLeases(held) {
      open()
      for (const { runId, epoch } of held) await this.releaseLease(runId, epoch)
    },

    startHeartbeat(driver, intervalMs) {
      open()
      const timer = setInterval(() => beats.set(driver.id, (beats.get(driver.id) ?? 0) + 1), intervalMs)
      timer.unref()
      return async () => clearInterval(timer)
    },

    async send(runId, command) {
      const run = known(runId)
      lastCommand += 1
      run.inbox.push({ id: lastCommand, ...command })
      return lastCommand
    },

    async inbox(runId) {
      open()
      return runs.get(runId)?.inbox.map((command) => ({ ...command })) ?? []
    },

    async takeSlot(group, limit, holder, gone = []) {
      open()
      const taken = slots.get(group) ?? []
      const held = taken.filter((slot) => !gone.some((one) => isSameHolder(one, slot))).flatMap(heldBy)
      const granted = held.length < limit || held.some((slot) => isSameHolder(slot, holder))
      slots.set(group, granted ? [...held.filter((slot) => !isSameHolder(slot, holder)), { ...holder }] : held)
      return granted ? 'granted' : held
    },

    async releaseSlot(group, holder) {
      open()
      const rest = (slots.get(group) ?? []).filter((slot) => !isSameHolder(slot, holder))
      if (rest.length > 0) slots.set(group, rest)
      else slots.delete(group)
    },

    cached: (planName, step, key, limit = 1) =>
      newestCache((entry) => entry.planName === planName && entry.step === step && entry.key === key, limit),

    cacheEntries: (planName, step, limit = 20) =>
      newestCache((entry) => entry.planName === planName && entry.step === step, limit),

    async putCache(entry) {
      open()
      cache.push({ planName: entry.planName, step: entry.step, key: entry.key, json: JSON.stringify(entry) })
    },

    async attempts({ runId, name, step, topLevel = false, limit = Infinity }) {
      open()
      return attempts
        .filter((attempt) => runId === undefined || attempt.runId === runId)
        .filter((attempt) => name === undefined || attempt.name === name)
        .filter((attempt) => step === undefined || attempt.step === step)
        .filter((attempt) => !topLevel || known(attempt.runId).summary.parent === null)
        .toReversed()
        .sort((a, b) => known(b.runId).order - known(a.runId).order)
        .slice(0, limit)
        .map((attempt) => ({ ...attempt }))
    },

    async document(collection, key) {
      open()
      const found = collections.get(collection)?.get(key)
      return found && { key, value: JSON.parse(found.json) as JsonObject, revision: found.revision }
    },

    async documents(collection, { after, before, reverse = false, limit = 100 } = {}) {
      open()
      const found = [...(collections.get(collection) ?? [])]
        .filter(([key]) => (after === undefined || key > after) && (before === undefined || key < before))
        .sort(([a], [b]) => (a < b ? -1 : 1))
      const ordered = reverse ? found.reverse() : found
      return ordered.slice(0, limit).map(([key, { json, revision }]) => ({ key, value: JSON.parse(json) as JsonObject, revision }))
    },

    async putDocument(collection, key, value, expected) {
      open()
      const documents = collections.get(collection) ?? new Map<string, { json: string; revision: number }>()
      if ((documents.get(key)?.revision ?? 0) !== expected) return false
      if (value === null) documents.delete(key)
      else documents.set(key, { json: JSON.stringify(value), revision: expected + 1 })
      collections.set(collection, documents)
      return true
    },

    async remove(runIds) {
      open()
      const removed = runIds.filter((runId) => {
        const run = runs.get(runId)
        return run !== undefined && run.summary.status !== 'running' && run.driver === null && runs.delete(runId)
      })
      const gone = new Set(removed)
      attempts.splice(0, Infinity, ...attempts.filter((attempt) => !gone.has(attempt.runId)))
      return removed
    },

    async removePlans() {
      open()
      const used = new Set([...runs.values()].map((run) => run.summary.planHash))
      for (const hash of plans.keys()) if (!used.has(hash)) plans.delete(hash)
    },

    async removeCached(before, keep) {
      open()
      const places = new Map<string, number>()
      const kept = cache.toReversed().filter((entry) => {
        const step = JSON.stringify([entry.planName, entry.step])
        const place = (places.get(step) ?? 0) + 1
        places.set(step, place)
        return place <= keep || (JSON.parse(entry.json) as CacheEntry).createdAt >= before
      })
      return cache.splice(0, Infinity, ...kept.reverse()).length - kept.length
    },

    async size() {
      open()
      const bytes = [...runs.values()].flatMap((run) => run.lines).reduce((sum, line) => sum + line.length, 0)
      return { bytes, freeBytes: 0 }
    },

    async compact() {
      open()
    },

    async close() {
      closed = true
    },
  }
}

function newestFirst(a: MemoryRun, b: MemoryRun): number {
  return b.summary.createdAt - a.summary.createdAt || b.order - a.order
}
