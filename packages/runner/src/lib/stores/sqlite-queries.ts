import type { SQLInputValue } from 'node:sqlite'
import type { RecordedError } from '../events.ts'
import type { JsonObject } from '../json.ts'
import type { AttemptFilter, AttemptRecord, CacheEntry, InboxCommand, Lease, RunFilter, RunSummary } from '../store.ts'
import { unknownRun } from '../unknown-run.ts'
import { unpackAttempts } from './attempt-list.ts'
import type { Prepared, SqliteConnection } from './sqlite-connection.ts'

/** Characters of journal that one chunk of a read holds, give or take a batch. */
const CHUNK = 1 << 20
/** In the order of `RunRow`. */
const RUN = `run_id, name, status, created_at, ended_at, recipe, plan_hash, steps, error, parent_run, parent_step, accepted,
  idempotency_key, fingerprint`
const TOP = 'parent_run IS NULL'
const TEXT = `instr(lower(run_id || char(10) || name || char(10) || ifnull(recipe, '') || char(10) ||
  ifnull(error ->> 'message', '')), lower(?)) > 0`
const ENTRY = `plan_name AS planName, step, key, value, run_id AS runId, created_at AS createdAt`

/** Reads what SqliteJournal and putCache wrote. */
export class SqliteQueries {
  readonly #connection: SqliteConnection
  readonly #statements = new Map<string, Prepared>()

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  async *read(runId: string, fromSeq: number): AsyncGenerator<string[]> {
    const id = await this.#id(runId)
    for (let seq = fromSeq; ;) {
      const chunk = await this.#connection.read(() => this.#chunk(id, seq))
      if (chunk.length === 0) return
      seq += chunk.length
      yield chunk
    }
  }

  async plan(hash: string): Promise<string | undefined> {
    const [row] = await this.#all<{ json: string }>('SELECT json FROM plans WHERE hash = ?', hash)
    return row?.json
  }

  async get(runId: string): Promise<RunSummary | undefined> {
    const [run] = await this.#runs(`SELECT ${RUN} FROM runs WHERE run_id = ?`, runId)
    return run
  }

  async list({ before, limit = 50, topLevel = false, ...filter }: RunFilter): Promise<RunSummary[]> {
    const where = conditions(
      {
        'name = ?': filter.name,
        'name >= ?': filter.namePrefix,
        'name < ?': filter.namePrefix === undefined ? undefined : `${filter.namePrefix}\u{10ffff}`,
        'status = ?': filter.status,
        'recipe = ?': filter.recipe,
        'idempotency_key = ?': filter.idempotencyKey,
        'accepted = ?': filter.accepted ? 1 : undefined,
        'created_at >= ?': filter.createdFrom,
        'created_at < ?': filter.createdUntil,
        'id < ?': before === undefined ? undefined : await this.#id(before),
        [TEXT]: filter.text,
      },
      topLevel ? [TOP] : [],
    )
    const sql = `SELECT ${RUN} FROM runs ${where.sql} ORDER BY id DESC LIMIT ?`
    return this.#runs(sql, ...where.values, rows(limit))
  }

  async lease(runId: string): Promise<Lease | undefined> {
    const [row] = await this.#all<LeaseRow>(
      `SELECT epoch, driver.driver AS id, pid, start_time AS startTime, machine, heartbeat
      FROM runs LEFT JOIN drivers AS driver ON driver.id = runs.driver WHERE run_id = ?`,
      runId,
    )
    if (row === undefined) return undefined
    const { epoch, id, pid, startTime, machine, heartbeat } = row
    if (id === null) return { epoch, driver: null, heartbeat: 0 }
    return { epoch, driver: { id, pid, startTime, machine }, heartbeat }
  }

  async inbox(runId: string): Promise<InboxCommand[]> {
    const commands = await this.#all<InboxRow>(
      `SELECT id, type, by, reason, step, approved FROM inbox
      WHERE done = 0 AND run = (SELECT id FROM runs WHERE run_id = ?) ORDER BY id`,
      runId,
    )
    return commands.map(({ id, type, by, reason, step, approved }) =>
      type === 'approve' ? { id, type, by, reason, step: step ?? '', approved: approved === 1 } : { id, type, by, reason },
    )
  }

  async cached(planName: string, step: string, key: string, limit: number): Promise<CacheEntry[]> {
    const sql = `SELECT ${ENTRY} FROM cache WHERE plan_name = ? AND step = ? AND key = ? ORDER BY id DESC LIMIT ?`
    return (await this.#all<EntryRow>(sql, planName, step, key, rows(limit))).map(entry)
  }

  async cacheEntries(planName: string, step: string, limit: number): Promise<CacheEntry[]> {
    const sql = `SELECT ${ENTRY} FROM cache WHERE plan_name = ? AND step = ? ORDER BY id DESC LIMIT ?`
    return (await this.#all<EntryRow>(sql, planName, step, rows(limit))).map(entry)
  }

  async attempts(filter: AttemptFilter): Promise<AttemptRecord[]> {
    const { runId, name, step, topLevel = false, limit = Infinity } = filter
    const where = conditions({ 'run_id = ?': runId, 'name = ?': name }, topLevel ? [TOP] : [])
    const sql = `SELECT run_id AS runId, name, list FROM runs CROSS JOIN attempt_lists
      ON key BETWEEN runs.id << 32 AND runs.id << 32 | 0xffffffff ${where.sql} ORDER BY runs.id DESC, key DESC`
    return this.#connection.read(() => {
      const lists: AttemptRecord[][] = []
      let found = 0
      for (const row of this.#statement(sql).iterate(...where.values) as Iterable<AttemptsRow>) {
        const list = unpackAttempts(row.list, row.runId, row.name, step).reverse()
        lists.push(list)
        found += list.length
        if (found >= limit) break
      }
      return lists.flat().slice(0, limit)
    })
  }

  async #id(runId: string): Promise<number> {
    const [row] = await this.#all<{ id: number }>('SELECT id FROM runs WHERE run_id = ?', runId)
    if (row === undefined) throw unknownRun(runId)
    return row.id
  }

  #chunk(id: number, fromSeq: number): string[] {
    const { start } = this.#statement(
      `SELECT max(? << 32,
        ifnull((SELECT max(key) FROM journal_alone WHERE key <= ? << 32 | ?), 0),
        ifnull((SELECT max(key) FROM journal_shared WHERE key <= ? << 32 | ?), 0)) AS start`,
    ).get(id, id, fromSeq, id, fromSeq) as { start: number }
    // Of the two trees, not of the view: SQLite then merges them as they are, and sorts nothing.
    const found = this.#statement(
      `SELECT key & 0xffffffff AS seq, key, lines FROM journal_alone WHERE key BETWEEN ? AND ? << 32 | 0xffffffff
      UNION ALL
      SELECT key & 0xffffffff AS seq, key, lines FROM journal_shared WHERE key BETWEEN ? AND ? << 32 | 0xffffffff
      ORDER BY key`,
    ).iterate(start, id, start, id) as Iterable<{ seq: number; lines: string }>
    const chunk: string[] = []
    let size = 0
    for (const { seq, lines } of found) {
      const batch = lines.split('\n')
      for (let at = Math.max(0, fromSeq - seq); at < batch.length; at += 1) chunk.push(batch[at] as string)
      size += lines.length
      if (size > CHUNK) break
    }
    return chunk
  }

  /** Rows of `RUN`, as arrays: to make objects of them and copy those took twice as long as all else. */
  #runs(sql: string, ...values: SQLInputValue[]): Promise<RunSummary[]> {
    return this.#connection.read(() => {
      const statement = this.#statement(sql)
      statement.setReturnArrays(true)
      return (statement.all(...values) as unknown as RunRow[]).map(summary)
    })
  }

  #all<Row>(sql: string, ...values: SQLInputValue[]): Promise<Row[]> {
    return this.#connection.read(() => this.#statement(sql).all(...values) as Row[])
  }

  #statement(sql: string) {
    let statement = this.#statements.get(sql)
    if (statement === undefined) this.#statements.set(sql, (statement = this.#connection.prepare(sql)))
    return statement()
  }
}

type RunRow = [
  runId: string,
  name: string,
  status: RunSummary['status'],
  createdAt: number,
  endedAt: number | null,
  recipe: string | null,
  planHash: string,
  steps: number,
  error: string | null,
  parentRun: string | null,
  parentStep: string | null,
  accepted: number | null,
  idempotencyKey: string | null,
  fingerprint: string | null,
]
type EntryRow = Omit<CacheEntry, 'value'> & { value: string }
interface AttemptsRow {
  runId: string
  name: string
  list: string
}
interface InboxRow {
  id: number
  type: InboxCommand['type']
  by: string
  reason: string
  step: string | null
  approved: number | null
}
interface LeaseRow {
  epoch: number
  id: string | null
  pid: number
  startTime: string
  machine: string
  heartbeat: number
}

function summary([runId, name, status, createdAt, endedAt, recipe, planHash, steps, error, parentRun, parentStep, accepted, key, fingerprint]: RunRow): RunSummary {
  const run: RunSummary = {
    runId,
    name,
    status,
    createdAt,
    endedAt,
    recipe,
    planHash,
    steps,
    error: error === null ? null : (JSON.parse(error) as RecordedError),
    parent: parentRun === null ? null : { runId: parentRun, step: parentStep ?? '' },
  }
  if (accepted === 1) run.accepted = true
  if (key !== null) run.idempotency = { key, fingerprint: fingerprint ?? '' }
  return run
}

const entry = (row: EntryRow): CacheEntry => ({ ...row, value: JSON.parse(row.value) as JsonObject })

/** SQLite takes a negative limit for none. */
const rows = (limit: number): number => (Number.isFinite(limit) ? limit : -1)

function conditions(
  wanted: Record<string, SQLInputValue | undefined>,
  always: readonly string[] = [],
): { sql: string; values: SQLInputValue[] } {
  const given = Object.entries(wanted).filter((pair): pair is [string, SQLInputValue] => pair[1] !== undefined)
  const all = [...given.map(([sql]) => sql), ...always]
  if (all.length === 0) return { sql: '', values: [] }
  return { sql: `WHERE ${all.join(' AND ')}`, values: given.map(([, value]) => value) }
}
