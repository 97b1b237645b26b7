import type { CommitResult, DriverIdentity, JournalBatch, NewRun, RunRequest } from '../store.ts'
import { packAttempts } from './attempt-list.ts'
import type { Prepared, SqliteConnection } from './sqlite-connection.ts'

const END = (table: string) => `ifnull((
  SELECT (key & 0xffffffff) + count FROM ${table} WHERE key BETWEEN ? << 32 AND ? << 32 | 0xffffffff
  ORDER BY key DESC LIMIT 1), 0)`
/** True where a run's journal ends at a seq and its lease has an epoch. */
const FENCE = `(SELECT epoch FROM runs WHERE id = ?) = ? AND ? = max(${END('journal_alone')}, ${END('journal_shared')})`
/** What goes into the places of FENCE. Node 22.18 does not bind numbered places, which would say it once. */
const fence = (run: number, epoch: number, seq: number) => [run, epoch, seq, run, run, run, run]

/** Writes journals, runs and leases through one connection. */
export class SqliteJournal {
  readonly #connection: SqliteConnection
  /** Integer ids of runs that this store writes, and of drivers; only what is committed. */
  readonly #runs = new Map<string, number>()
  readonly #drivers = new Map<string, number>()

  readonly #sql

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = {
      runId: connection.prepare('SELECT id FROM runs WHERE run_id = ?'),
      alone: connection.prepare(`INSERT INTO journal_alone SELECT ? << 32 | ?, ?, ? WHERE ${FENCE}`),
      shared: connection.prepare(`INSERT INTO journal_shared SELECT NULL, ? << 32 | ?, ?, ? WHERE ${FENCE}`),
      admit: connection.prepare(`SELECT ${FENCE} AS admitted`),
      plan: connection.prepare('INSERT INTO plans VALUES (?, ?) ON CONFLICT DO NOTHING'),
      driver: connection.prepare(
        `INSERT INTO drivers (driver, pid, start_time, machine, heartbeat) VALUES (?, ?, ?, ?, 0)
        ON CONFLICT (driver) DO UPDATE SET pid = pid RETURNING id`,
      ),
      create: connection.prepare(
        `INSERT INTO runs (run_id, epoch, driver, name, status, created_at, ended_at, recipe, plan_hash, steps, error)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      reopen: connection.prepare(`UPDATE runs SET status = 'running', ended_at = NULL, error = NULL WHERE id = ?`),
      end: connection.prepare('UPDATE runs SET status = ?, ended_at = ?, error = ?, driver = NULL WHERE id = ?'),
      attempts: connection.prepare(
        `INSERT INTO attempt_lists SELECT ifnull(max(key) + 1, ? << 32), ? FROM attempt_lists
        WHERE key BETWEEN ? << 32 AND ? << 32 | 0xffffffff`,
      ),
      acknowledge: connection.prepare('UPDATE inbox SET done = 1 WHERE run = ? AND done = 0 AND id <= ?'),
      take: connection.prepare('UPDATE runs SET epoch = epoch + 1, driver = ? WHERE run_id = ? AND epoch = ?'),
      held: connection.prepare('SELECT 1 FROM runs WHERE run_id = ? AND epoch = ? AND driver IS NOT NULL'),
      release: connection.prepare('UPDATE runs SET driver = NULL WHERE run_id = ? AND epoch = ?'),
      send: connection.prepare(
        'INSERT INTO inbox (run, type, by, reason, step, approved) SELECT id, ?, ?, ?, ?, ? FROM runs WHERE run_id = ?',
      ),
    }
  }

  commit(batches: readonly JournalBatch[]): CommitResult[] | Promise<CommitResult[]> {
    const [only] = batches
    if (only !== undefined && batches.length === 1 && isPlain(only)) {
      return this.#connection.write(() => [this.#append(only)])
    }
    const append = batches.length === 1 ? this.#sql.alone : this.#sql.shared
    return this.#transact((created) => batches.map((batch) => this.#apply(batch, append, created)))
  }

  async takeLease(runId: string, expected: number, driver: DriverIdentity): Promise<number | undefined> {
    return this.#transact((created) => {
      const { changes } = this.#sql.take().run(this.#driver(driver, created), runId, expected)
      return changes === 0 ? undefined : expected + 1
    })
  }

  async releaseLease(runId: string, epoch: number): Promise<void> {
    const held = await this.#connection.read(() => this.#sql.held().get(runId, epoch))
    if (held !== undefined) await this.#connection.write(() => this.#sql.release().run(runId, epoch))
  }

  /** The id of the command; undefined when there is no such run. */
  async send(runId: string, command: RunRequest): Promise<number | undefined> {
    const { type, by, reason } = command
    const [step, approved] = command.type === 'approve' ? [command.step, Number(command.approved)] : [null, null]
    const sent = await this.#connection.write(() => this.#sql.send().run(type, by, reason, step, approved, runId))
    const { changes, lastInsertRowid } = sent
    return changes === 0 ? undefined : Number(lastInsertRowid)
  }

  #apply(batch: JournalBatch, append: Prepared, created: Created): CommitResult {
    const { create, reopened, ended, inboxDone } = batch
    const found = created.runs.get(batch.runId) ?? this.#runId(batch.runId)
    if (create !== undefined && found !== undefined) return 'exists'
    if (create !== undefined && (batch.firstSeq !== 0 || batch.epoch !== 1)) return 'fenced'
    const id = create === undefined ? found : this.#create(batch, create, created)
    if (id === undefined) return 'fenced'
    if (this.#write(id, batch, append) === 'fenced') return 'fenced'
    if (reopened === true) this.#sql.reopen().run(id)
    if (ended !== undefined) {
      this.#sql.end().run(ended.status, ended.at, ended.error === null ? null : JSON.stringify(ended.error), id)
      if (ended.attempts.length > 0) this.#sql.attempts().run(id, packAttempts(ended.attempts), id, id)
      created.ended.push(batch.runId)
    }
    if (inboxDone !== undefined) this.#sql.acknowledge().run(id, inboxDone)
    return 'ok'
  }

  #append(batch: JournalBatch): CommitResult {
    const id = this.#runId(batch.runId)
    return id === undefined ? 'fenced' : this.#write(id, batch, this.#sql.alone)
  }

  #write(id: number, { epoch, firstSeq, lines }: JournalBatch, append: Prepared): CommitResult {
    if (lines.length === 0) {
      const { admitted } = this.#sql.admit().get(...fence(id, epoch, firstSeq)) as { admitted: number | null }
      return admitted === 1 ? 'ok' : 'fenced'
    }
    const text = lines.length === 1 ? (lines[0] as string) : lines.join('\n')
    return append().run(id, firstSeq, lines.length, text, ...fence(id, epoch, firstSeq)).changes === 0 ? 'fenced' : 'ok'
  }

  #create({ runId, epoch }: JournalBatch, { summary, plan, driver }: NewRun, created: Created): number {
    const error = summary.error === null ? null : JSON.stringify(summary.error)
    const { name, status, createdAt, endedAt, recipe, steps } = summary
    const holder = this.#driver(driver, created)
    const { lastInsertRowid } = this.#sql
      .create()
      .run(runId, epoch, holder, name, status, createdAt, endedAt, recipe, plan.hash, steps, error)
    if (!created.plans.has(plan.hash)) this.#sql.plan().run(plan.hash, plan.json)
    created.plans.add(plan.hash)
    const id = Number(lastInsertRowid)
    created.runs.set(runId, id)
    return id
  }

  #driver(driver: DriverIdentity, created: Created): number {
    const known = this.#drivers.get(driver.id) ?? created.drivers.get(driver.id)
    if (known !== undefined) return known
    const row = this.#sql.driver().get(driver.id, driver.pid, driver.startTime, driver.machine) as { id: number }
    created.drivers.set(driver.id, row.id)
    return row.id
  }

  #runId(runId: string): number | undefined {
    const known = this.#runs.get(runId)
    if (known !== undefined) return known
    const row = this.#sql.runId().get(runId) as { id: number } | undefined
    if (row !== undefined) this.#runs.set(runId, row.id)
    return row?.id
  }

  /** What a transaction creates is remembered once it is committed. */
  async #transactAsync<T>(pending: Promise<T>, created: () => Created): Promise<T> {
    const result = await pending
    this.#remember(created())
    return result
  }

  #transact<T>(task: (created: Created) => T): T | Promise<T> {
    let created = nothing()
    const result = this.#connection.transact(() => task((created = nothing())))
    if (result instanceof Promise) return this.#transactAsync(result, () => created)
    this.#remember(created)
    return result
  }

  #remember(created: Created): void {
    for (const [runId, id] of created.runs) this.#runs.set(runId, id)
    for (const runId of created.ended) this.#runs.delete(runId)
    for (const [driver, id] of created.drivers) this.#drivers.set(driver, id)
  }
}

/** What a transaction under way has done: undone if it fails. */
interface Created {
  runs: Map<string, number>
  drivers: Map<string, number>
  plans: Set<string>
  ended: string[]
}

const nothing = (): Created => ({ runs: new Map(), drivers: new Map(), plans: new Set(), ended: [] })

function isPlain({ create, ended, reopened, inboxDone }: JournalBatch): boolean {
  return create === undefined && ended === undefined && reopened === undefined && inboxDone === undefined
}
