import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { RunnerError } from '../errors.ts'
import { durability as durabilities, flag, text } from '../known-options.ts'
import { checkOptions, type OptionChecks } from '../option-checks.ts'
import type { CacheEntry, Durability, Lease, RunFilter, RunRequest, RunStore, RunSummary } from '../store.ts'
import { unknownRun } from '../unknown-run.ts'
import { FilesDocuments } from './files-documents.ts'
import { FilesJournal } from './files-journal.ts'
import { fileName, FilesMedium } from './files-medium.ts'
import { addNumbered, numbers } from './files-numbered.ts'
import { RunFolder, type RunState } from './files-run.ts'
import { FilesRemoval } from './files-removal.ts'
import { FilesSlots } from './files-slots.ts'
import { startHeartbeatThread } from './heartbeat.ts'
import { isListed } from './run-filter.ts'
import { storeError } from './store-error.ts'

const FORMAT = 1

/** What a store of files is opened with. */
export interface FilesStoreOptions {
  /** The folder; made where it is missing. On a local file system. */
  dir: string
  /** Default `power`. */
  durability?: Durability
  /** To look at what there is: a folder that may not be written is opened all the same, and what writes fails with STORE_UNAVAILABLE. */
  reading?: boolean
}

const KNOWN: OptionChecks<FilesStoreOptions> = { dir: text, durability: durabilities, reading: flag }

/**
 * A store of plain files, one folder a run (`runs/<run id>/`, see RunFolder), readable with any tool and safe for
 * several processes at once. Lists and statistics open a file for each run: where many runs are kept, SQLite is the
 * better store.
 * Rejects with STORE_UNAVAILABLE, STORE_CORRUPT, STORE_VERSION or STORE_FULL where the folder cannot be used, with
 * RUN_OPTION_INVALID for an option that is none, or cannot have its value.
 */
export async function createFilesStore(options: FilesStoreOptions): Promise<RunStore> {
  checkOptions('createFilesStore', options, KNOWN, ['dir'])
  const { dir, durability = 'power', reading = false } = options
  const medium = new FilesMedium(dir, durability)
  try {
    if (!reading || medium.read(medium.path('store.json')) === undefined) {
      for (const name of ['runs', 'plans', 'heartbeats', 'keys']) medium.makeFolder(medium.path(name))
      medium.create(medium.path('store.json'), JSON.stringify({ format: FORMAT }))
    }
    const { format } = medium.readJson(medium.path('store.json')) as { format: number }
    if (format > FORMAT) {
      throw new RunnerError(
        'STORE_VERSION',
        `The store ${JSON.stringify(dir)} has version ${format}; this lorc reads up to version ${FORMAT}.`,
        { fix: 'Update lorc, or use another store.' },
      )
    }
  } catch (error) {
    throw storeError(error, 'open', dir)
  }
  return filesStore(medium)
}

function filesStore(medium: FilesMedium): RunStore {
  const folder = (runId: string) => new RunFolder(medium, medium.path('runs', fileName(runId)))
  const journal = new FilesJournal(medium, folder)
  const slots = new FilesSlots(medium.dir, leaseOf)
  const documents = new FilesDocuments(medium)
  const removal = new FilesRemoval(medium, { folder, leaseOf, states })
  let closed = false

  function guard<T>(action: 'read' | 'write', task: () => T): T {
    if (closed) throw new RunnerError('STORE_CLOSED', `The store ${JSON.stringify(medium.dir)} was closed.`)
    try {
      return task()
    } catch (error) {
      throw storeError(error, action, medium.dir)
    }
  }

  function known(runId: string): RunFolder {
    const found = folder(runId)
    if (found.hasEpoch(1)) return found
    throw unknownRun(runId)
  }

  /** Those that a list can show: of an idempotency key, one at most. */
  function candidates({ idempotencyKey }: RunFilter): RunState[] {
    if (idempotencyKey === undefined) return states()
    const runId = journal.runOfKey(idempotencyKey)
    const state = runId === undefined ? undefined : folder(runId).state()
    return state ? [state] : []
  }

  function release(runId: string, epoch: number): void {
    const run = folder(runId)
    if (run.hasEpoch(epoch) && !run.hasEpoch(epoch + 1) && run.state()?.released === false) run.release(epoch)
  }

  function states(): RunState[] {
    const path = medium.path('runs')
    const runs = medium.names(path).map((name) => new RunFolder(medium, join(path, name)).state())
    return runs.filter((state) => state !== undefined).sort((a, b) => newestFirst(a.summary, b.summary))
  }

  function leaseOf(runId: string): Lease | undefined {
    const run = folder(runId)
    const state = run.state()
    if (state === undefined) return undefined
    const epoch = run.epoch()
    const driver = run.driver(epoch)
    const isFree = state.released || driver === undefined || run.isReleased(epoch)
    if (isFree) return { epoch, driver: null, heartbeat: 0 }
    const heartbeat = Number(medium.read(medium.path('heartbeats', fileName(driver.id))) ?? 0)
    return { epoch, driver, heartbeat }
  }

  const cacheFolder = (planName: string, step: string) => medium.path('cache', digest(planName), digest(step))

  function cached(planName: string, step: string, limit: number, key?: string): CacheEntry[] {
    const path = cacheFolder(planName, step)
    const found: CacheEntry[] = []
    for (const number of numbers(medium, path).reverse()) {
      if (found.length >= limit) break
      const entry = medium.readJson(`${path}/${number}.json`) as CacheEntry | undefined
      if (entry !== undefined && (key === undefined || entry.key === key)) found.push(entry)
    }
    return found
  }

  return {
    kind: 'files',

    commit: (batches) => guard('write', () => batches.map((batch) => journal.apply(batch))),

    async *read(runId, fromSeq = 0) {
      let seq = 0
      const chunks = guard('read', () => known(runId).read())
      const take = () => guard('read', () => chunks.next())
      for (let next = take(); next.done !== true; next = take()) {
        const lines = next.value.slice(Math.max(0, fromSeq - seq))
        seq += next.value.length
        if (lines.length > 0) yield lines
      }
    },

    plan: async (hash) => guard('read', () => medium.read(medium.path('plans', `${fileName(hash)}.json`))),

    get: async (runId) => guard('read', () => folder(runId).state()?.summary),

    list: async (filter: RunFilter = {}) =>
      guard('read', () => {
        const { before, limit = 50 } = filter
        const bound = before === undefined ? undefined : known(before).state()?.summary
        return candidates(filter)
          .map(({ summary }) => summary)
          .filter((run) => isListed(run, filter))
          .filter((run) => bound === undefined || newestFirst(bound, run) < 0)
          .slice(0, limit)
      }),

    lease: async (runId) => guard('read', () => leaseOf(runId)),

    takeLease: async (runId, expected, driver) =>
      guard('write', () => {
        const run = folder(runId)
        if (!run.hasEpoch(expected) || !run.claim(expected + 1, driver)) return undefined
        run.seal(expected)
        return expected + 1
      }),

    releaseLease: async (runId, epoch) => guard('write', () => release(runId, epoch)),

    releaseLeases: async (held) => {
      for (const { runId, epoch } of held) guard('write', () => release(runId, epoch))
    },

    startHeartbeat: (driver, intervalMs) =>
      guard('write', () => {
        const place = medium.path('heartbeats', fileName(driver.id))
        return startHeartbeatThread({ kind: 'files', place, driver, intervalMs })
      }),

    send: async (runId, command) =>
      guard('write', () => addNumbered(medium, known(runId).file('inbox'), JSON.stringify(command))),

    inbox: async (runId) =>
      guard('read', () => {
        const run = folder(runId)
        const sent = numbers(medium, run.file('inbox'))
        if (sent.length === 0) return []
        const done = run.state()?.inboxDone ?? 0
        return sent.filter((id) => id > done).flatMap((id) => {
          const command = medium.readJson(run.file(`inbox/${id}.json`)) as RunRequest | undefined
          return command === undefined ? [] : [{ id, ...command }]
        })
      }),

    takeSlot: async (group, limit, holder, gone = []) => guard('write', () => slots.take(group, limit, holder, gone)),
    releaseSlot: async (group, holder) => guard('write', () => slots.release(group, holder)),

    cached: async (planName, step, key, limit = 1) => guard('read', () => cached(planName, step, limit, key)),
    cacheEntries: async (planName, step, limit = 20) => guard('read', () => cached(planName, step, limit)),
    putCache: async (entry) =>
      guard('write', () => void addNumbered(medium, cacheFolder(entry.planName, entry.step), JSON.stringify(entry))),

    document: async (collection, key) => guard('read', () => documents.get(collection, key)),
    documents: async (collection, filter = {}) => guard('read', () => documents.list(collection, filter)),
    putDocument: async (collection, key, value, expected) => guard('write', () => documents.put(collection, key, value, expected)),

    attempts: async ({ runId, name, step, topLevel = false, limit = Infinity }) =>
      guard('read', () => {
        const runs = runId === undefined ? states() : [folder(runId).state()].filter((state) => state !== undefined)
        return runs
          .filter(({ summary }) => !topLevel || summary.parent === null)
          .flatMap((state) => state.attempts.toReversed())
          .filter((attempt) => name === undefined || attempt.name === name)
          .filter((attempt) => step === undefined || attempt.step === step)
          .slice(0, limit)
      }),

    remove: async (runIds) => guard('write', () => removal.remove(runIds)),
    removePlans: async () => guard('write', () => removal.removePlans()),
    removeCached: async (before, keep) => guard('write', () => removal.removeCached(before, keep)),
    size: async () => guard('read', () => removal.size()),
    // What is removed is given back at once.
    compact: async () => guard('write', () => undefined),

    async close() {
      if (!closed) journal.close()
      closed = true
    },
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function newestFirst(a: RunSummary, b: RunSummary): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt
  if (a.runId === b.runId) return 0
  return a.runId < b.runId ? 1 : -1
}
