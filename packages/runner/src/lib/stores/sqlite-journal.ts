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

/** Plans that are remembered as kept, at most. */
const MOST_PLANS = 1000

/** What is known of a run, in an era of the connection: true as long as it lasts. */
interface Known {
  id: number
  epoch: number
  /** Events in its journal. */
  end: number
  era: number
}

/** Writes journals, runs and leases through one connection. */
export class SqliteJournal {
  readonly #connection: SqliteConnection
  /** Runs that this store writes. What a transaction changes here is forgotten if it fails. */
  readonly #known = new Map<string, Known>()
  /** Integer ids of drivers. */
  readonly #drivers = new Map<string, number>()
  /** Hashes of plans that the store has, and the eras in which it had them. */
  readonly #plans = new Map<string, number>()
  readonly #sql

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = {
      runId: connection.prepare('SELECT id FROM runs WHERE run_id = ?'),
      alone: {
        fenced: connection.prepare(`INSERT INTO journal_alone SELECT ? << 32 | ?, ?, ? WHERE ${FENCE}`),
        certain: connection.prepare('INSERT INTO journal_alone VALUES (? << 32 | ?, ?, ?)'),
      },
      shared: {
        fenced: connection.prepare(`INSERT INTO journal_shared SELECT NULL, ? << 32 | ?, ?, ? WHERE ${FENCE}`),
        certain: connection.prepare('INSERT INTO journal_shared VALUES (NULL, ? << 32 | ?, ?, ?)'),
      },
      admit: connection.prepare(`SELECT ${FENCE} AS admitted`),
      plan: connection.prepare('INSERT INTO plans VALUES (?, ?) ON CONFLICT DO NOTHING'),
      driver: connection.prepare(
        `INSERT INTO drivers (driver, pid, start_time, machine, heartbeat) VALUES (?, ?, ?, ?, 0)
        ON CONFLICT (driver) DO UPDATE SET pid = pid RETURNING id`,
      ),
      create: connection.prepare(
        `INSERT INTO runs (run_id, epoch, driver, name, status, created_at, ended_at, recipe, plan_hash, steps, error,
          parent_run, parent_step, accepted, idempotency_key, fingerprint)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
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
    if (only !== undefined && batches.length === 1 && isPlain(only)) return this.#commitAlone(only)
    const tree = batches.length === 1 ? this.#sql.alone : this.#sql.shared
    return this.#transact(() => batches.map((batch) => this.#apply(batch, tree)), bytesOf(batches))
  }

  async takeLease(runId: string, expected: number, driver: DriverIdentity): Promise<number | undefined> {
    return this.#transact(() => {
      this.#known.delete(runId)
      const { changes } = this.#sql.take().run(this.#driver(driver), runId, expected)
      return changes === 0 ? undefined : expected + 1
    })
  }

  async releaseLease(runId: string, epoch: number): Promise<void> {
    const held = await this.#connection.read(() => this.#sql.held().get(runId, epoch))
    if (held !== undefined) await this.#connection.write(() => this.#sql.release().run(runId, epoch))
  }

  async releaseLeases(held: readonly { runId: string; epoch: number }[]): Promise<void> {
    if (held.length === 0) return
    await this.#transact(() => held.forEach(({ runId, epoch }) => this.#sql.release().run(runId, epoch)))
  }

  /** The id of the command; undefined when there is no such run. */
  async send(runId: string, command: RunRequest): Promise<number | undefined> {
    const { type, by, reason } = command
    const [step, approved] = command.type === 'approve' ? [command.step, Number(command.approved)] : [null, null]
    const sent = await this.#connection.write(() => this.#sql.send().run(type, by, reason, step, approved, runId))
    const { changes, lastInsertRowid } = sent
    return changes === 0 ? undefined : Number(lastInsertRowid)
  }

  #commitAlone(batch: JournalBatch): CommitResult[] | Promise<CommitResult[]> {
    const { alone } = this.#sql
    const text = textOf(batch.lines)
    return this.#connection.append(
      text.length,
      () => {
        const known = this.#certain(batch)
        return known && [this.#insert(known, batch, text, alone)]
      },
      () => [this.#ask(this.#runId(batch.runId), batch, text, alone)],
    )
  }

  #apply(batch: JournalBatch, tree: Tree): CommitResult {
    const { runId, lines, create, reopened, ended, inboxDone } = batch
    if (create !== undefined) {
      const created = this.#create(batch, create)
      if (created !== undefined) return created
    }
    const text = textOf(lines)
    const known = this.#certain(batch)
    const id = known?.id ?? this.#runId(runId)
    const result = known ? this.#insert(known, batch, text, tree) : this.#ask(id, batch, text, tree)
    if (result === 'fenced' || id === undefined) return 'fenced'
    if (reopened === true) this.#sql.reopen().run(id)
    if (ended !== undefined) {
      this.#sql.end().run(ended.status, ended.at, ended.error === null ? null : JSON.stringify(ended.error), id)
      if (ended.attempts.length > 0) this.#sql.attempts().run(id, packAttempts(ended.attempts), id, id)
      this.#known.delete(runId)
    }
    if (inboxDone !== undefined) this.#sql.acknowledge().run(id, inboxDone)
    return 'ok'
  }

  /** The run, where it is known without asking that its lease and its journal are where the batch wants them. */
  #certain({ runId, epoch, firstSeq }: JournalBatch): Known | undefined {
    const known = this.#known.get(runId)
    const { era } = this.#connection
    return known?.era === era && known.epoch === epoch && known.end === firstSeq ? known : undefined
  }

  #insert(known: Known, { firstSeq, lines }: JournalBatch, text: string, tree: Tree): CommitResult {
    if (lines.length === 0) return 'ok'
    tree.certain().run(known.id, firstSeq, lines.length, text)
    known.end += lines.length
    return 'ok'
  }

  #ask(id: number | undefined, batch: JournalBatch, text: string, tree: Tree): CommitResult {
    if (id === undefined || !this.#admits(id, batch, text, tree)) return 'fenced'
    const { runId, epoch, firstSeq, lines } = batch
    this.#known.set(runId, { id, epoch, end: firstSeq + lines.length, era: this.#connection.era })
    return 'ok'
  }

  #admits(id: number, { epoch, firstSeq, lines }: JournalBatch, text: string, tree: Tree): boolean {
    const condition = fence(id, epoch, firstSeq)
    if (lines.length > 0) return tree.fenced().run(id, firstSeq, lines.length, text, ...condition).changes !== 0
    return (this.#sql.admit().get(...condition) as { admitted: number | null }).admitted === 1
  }

  /** Undefined where the run has come to be, and is known. */
  #create({ runId, epoch, firstSeq }: JournalBatch, { summary, plan, driver }: NewRun): CommitResult | undefined {
    if (firstSeq !== 0 || epoch !== 1) return this.#runId(runId) === undefined ? 'fenced' : 'exists'
    const error = summary.error === null ? null : JSON.stringify(summary.error)
    const { name, status, createdAt, endedAt, recipe, steps, parent, accepted, idempotency } = summary
    const service = [accepted ? 1 : null, idempotency?.key ?? null, idempotency?.fingerprint ?? null]
    const holder = this.#driver(driver)
    const { changes, lastInsertRowid } = this.#sql
      .create()
      .run(runId, epoch, holder, name, status, createdAt, endedAt, recipe, plan.hash, steps, error, parent?.runId ?? null, parent?.step ?? null, ...service)
    if (changes === 0) return 'exists'
    this.#plan(plan)
    this.#known.set(runId, { id: Number(lastInsertRowid), epoch, end: 0, era: this.#connection.era })
    return undefined
  }

  #plan({ hash, json }: NewRun['plan']): void {
    const { era } = this.#connection
    if (this.#plans.get(hash) === era) return
    this.#sql.plan().run(hash, json)
    if (this.#plans.size >= MOST_PLANS) this.#plans.clear()
    this.#plans.set(hash, era)
  }

  #driver(driver: DriverIdentity): number {
    const known = this.#drivers.get(driver.id)
    if (known !== undefined) return known
    const row = this.#sql.driver().get(driver.id, driver.pid, driver.startTime, driver.machine) as { id: number }
    this.#drivers.set(driver.id, row.id)
    return row.id
  }

  #runId(runId: string): number | undefined {
    return this.#known.get(runId)?.id ?? (this.#sql.runId().get(runId) as { id: number } | undefined)?.id
  }

  #transact<T>(task: () => T, bytes?: number): T | Promise<T> {
    return this.#connection.transact(task, this.#forget, bytes)
  }

  readonly #forget = (): void => {
    this.#known.clear()
    this.#drivers.clear()
    this.#plans.clear()
  }
}

/** How batches get into one of the two trees: where it is certain that they may, and where that is asked. */
interface Tree {
  certain: Prepared
  fenced: Prepared
}

const textOf = (lines: readonly string[]): string => (lines.length === 1 ? (lines[0] as string) : lines.join('\n'))

function bytesOf(batches: readonly JournalBatch[]): number {
  let bytes = 0
  for (const { lines } of batches) for (const line of lines) bytes += line.length
  return bytes
}

function isPlain({ create, ended, reopened, inboxDone }: JournalBatch): boolean {
  return create === undefined && ended === undefined && reopened === undefined && inboxDone === undefined
}
