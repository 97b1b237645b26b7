import { durability as durabilities, flag, text } from '../known-options.ts'
import { checkOptions, type OptionChecks } from '../option-checks.ts'
import type { Durability, RunStore } from '../store.ts'
import { unknownRun } from '../unknown-run.ts'
import { startHeartbeatThread } from './heartbeat.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { SqliteDocuments } from './sqlite-documents.ts'
import { SqliteJournal } from './sqlite-journal.ts'
import { SqliteQueries } from './sqlite-queries.ts'
import { SqliteRemoval } from './sqlite-removal.ts'
import { SqliteSlots } from './sqlite-slots.ts'

/** What a store in SQLite is opened with. */
export interface SqliteStoreOptions {
  /** Path of the database; it and its folder are created where they are missing. On a local file system. */
  file: string
  /** Default `power`. */
  durability?: Durability
  /** To look at what there is: a file that may not be written is opened all the same, and what writes fails with STORE_UNAVAILABLE. */
  reading?: boolean
}

const KNOWN: OptionChecks<SqliteStoreOptions> = { file: text, durability: durabilities, reading: flag }

/**
 * A store in one SQLite database (write-ahead log), safe for several processes at once and fair among them. Rejects
 * with STORE_UNAVAILABLE, STORE_CORRUPT, STORE_VERSION or STORE_FULL where the file cannot be opened or created, with
 * RUN_OPTION_INVALID for an option that is none, or cannot have its value.
 *
 * It uses `node:sqlite`, loaded when this is called first. On Node 22 that prints an ExperimentalWarning to stderr; a
 * program that minds filters it out of `process.emitWarning` before, or starts Node with
 * `--disable-warning=ExperimentalWarning`.
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<RunStore> {
  checkOptions('createSqliteStore', options, KNOWN, ['file'])
  const { file, durability = 'power', reading = false } = options
  return sqliteStore(await (reading ? SqliteConnection.openToRead(file, durability) : SqliteConnection.open(file, durability)))
}

/** The store that keeps its runs behind a connection; closing it closes the connection. */
export function sqliteStore(connection: SqliteConnection): RunStore {
  const journal = new SqliteJournal(connection)
  const queries = new SqliteQueries(connection)
  const slots = new SqliteSlots(connection)
  const documents = new SqliteDocuments(connection)
  const removal = new SqliteRemoval(connection)
  const putCache = connection.prepare(
    'INSERT INTO cache (plan_name, step, key, value, run_id, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  )

  return {
    kind: 'sqlite',
    commit: (batches) => journal.commit(batches),
    read: (runId, fromSeq = 0) => queries.read(runId, fromSeq),
    plan: (hash) => queries.plan(hash),
    get: (runId) => queries.get(runId),
    list: (filter = {}) => queries.list(filter),

    lease: (runId) => queries.lease(runId),
    takeLease: (runId, expected, driver) => journal.takeLease(runId, expected, driver),
    releaseLease: (runId, epoch) => journal.releaseLease(runId, epoch),
    releaseLeases: (held) => journal.releaseLeases(held),
    startHeartbeat(driver, intervalMs) {
      connection.assertOpen()
      return startHeartbeatThread({ kind: 'sqlite', place: connection.file, driver, intervalMs })
    },

    async send(runId, command) {
      const id = await journal.send(runId, command)
      if (id === undefined) throw unknownRun(runId)
      return id
    },
    inbox: (runId) => queries.inbox(runId),

    takeSlot: (group, limit, holder, gone = []) => slots.take(group, limit, holder, gone),
    releaseSlot: (group, holder) => slots.release(group, holder),

    cached: (planName, step, key, limit = 1) => queries.cached(planName, step, key, limit),
    cacheEntries: (planName, step, limit = 20) => queries.cacheEntries(planName, step, limit),
    async putCache({ planName, step, key, value, runId, createdAt }) {
      const json = JSON.stringify(value)
      await connection.write(() => putCache().run(planName, step, key, json, runId, createdAt))
    },

    document: (collection, key) => documents.get(collection, key),
    documents: (collection, filter = {}) => documents.list(collection, filter),
    putDocument: (collection, key, value, expected) => documents.put(collection, key, value, expected),

    attempts: (filter) => queries.attempts(filter),

    remove: (runIds) => removal.remove(runIds),
    removePlans: () => removal.removePlans(),
    removeCached: (before, keep) => removal.removeCached(before, keep),
    size: () => removal.size(),
    compact: () => removal.compact(),
    close: () => connection.close(),
  }
}
