import type { AttemptFilter, AttemptRecord, CommitResult, DriverIdentity, InboxCommand, JournalBatch, Lease, RunFilter, RunRequest, RunSummary } from '../store.ts'
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
  /** The last one last. */
  attempts: AttemptRecord[]
}

/** Runs with their journals, leases and inboxes, the plans that they are of, and the heartbeats of their drivers. */
export class MemoryRuns {
  /** In the order in which they were made. */
  readonly #runs = new Map<string, MemoryRun>()
  readonly #plans = new Map<string, string>()
  /** Idempotency keys of runs that are there. */
  readonly #keys = new Set<string>()
  readonly #beats = new Map<string, number>()
  #order = 0
  #lastCommand = 0

  apply(batch: JournalBatch): CommitResult {
    const run = this.#admit(batch)
    if (typeof run === 'string') return run
    for (const line of batch.lines) run.lines.push(line)
    const { reopened, ended, inboxDone } = batch
    if (reopened === true) run.summary = { ...run.summary, status: 'running', endedAt: null, error: null }
    if (ended !== undefined) {
      run.summary = { ...run.summary, status: ended.status, endedAt: ended.at, error: ended.error }
      run.driver = null
      for (const attempt of ended.attempts) run.attempts.push({ ...attempt })
    }
    if (inboxDone !== undefined) run.inbox = run.inbox.filter((command) => command.id > inboxDone)
    return 'ok'
  }

  #admit(batch: JournalBatch): MemoryRun | Exclude<CommitResult, 'ok'> {
    const run = this.#runs.get(batch.runId)
    if (batch.create === undefined) {
      return run?.epoch === batch.epoch && run.lines.length === batch.firstSeq ? run : 'fenced'
    }
    const { summary, plan, driver } = batch.create
    const key = summary.idempotency?.key
    if (run !== undefined || (key !== undefined && this.#keys.has(key))) return 'exists'
    if (batch.firstSeq !== 0 || batch.epoch !== 1) return 'fenced'
    const created = { order: this.#order++, summary: { ...summary }, epoch: batch.epoch, driver, lines: [], inbox: [], attempts: [] }
    if (!this.#plans.has(plan.hash)) this.#plans.set(plan.hash, plan.json)
    if (key !== undefined) this.#keys.add(key)
    this.#runs.set(batch.runId, created)
    return created
  }

  *read(runId: string, fromSeq: number): Generator<string[]> {
    const { lines } = this.#known(runId)
    const end = lines.length
    for (let at = fromSeq; at < end; at += CHUNK) yield lines.slice(at, Math.min(at + CHUNK, end))
  }

  plan(hash: string): string | undefined {
    return this.#plans.get(hash)
  }

  get(runId: string): RunSummary | undefined {
    const run = this.#runs.get(runId)
    return run && { ...run.summary }
  }

  list(filter: RunFilter): RunSummary[] {
    const { before, limit = 50 } = filter
    const bound = before === undefined ? undefined : this.#known(before)
    return [...this.#runs.values()]
      .filter((run) => isListed(run.summary, filter))
      .filter((run) => bound === undefined || newestFirst(bound, run) < 0)
      .sort(newestFirst)
      .slice(0, limit)
      .map((run) => ({ ...run.summary }))
  }

  lease(runId: string): Lease | undefined {
    const run = this.#runs.get(runId)
    return run && { epoch: run.epoch, driver: run.driver, heartbeat: run.driver ? (this.#beats.get(run.driver.id) ?? 0) : 0 }
  }

  takeLease(runId: string, expected: number, driver: DriverIdentity): number | undefined {
    const run = this.#runs.get(runId)
    if (run?.epoch !== expected) return undefined
    run.driver = driver
    run.epoch += 1
    return run.epoch
  }

  releaseLease(runId: string, epoch: number): void {
    const run = this.#runs.get(runId)
    if (run?.epoch === epoch) run.driver = null
  }

  beat({ id }: DriverIdentity): void {
    this.#beats.set(id, (this.#beats.get(id) ?? 0) + 1)
  }

  send(runId: string, request: RunRequest): number {
    const run = this.#known(runId)
    this.#lastCommand += 1
    run.inbox.push({ id: this.#lastCommand, ...request })
    return this.#lastCommand
  }

  inbox(runId: string): InboxCommand[] {
    return this.#runs.get(runId)?.inbox.map((command) => ({ ...command })) ?? []
  }

  attempts({ runId, name, step, topLevel = false, limit = Infinity }: AttemptFilter): AttemptRecord[] {
    const only = runId === undefined ? undefined : this.#runs.get(runId)
    const runs = runId === undefined ? [...this.#runs.values()].reverse() : only ? [only] : []
    return runs
      .filter(({ summary }) => !topLevel || summary.parent === null)
      .flatMap((run) => run.attempts.toReversed())
      .filter((attempt) => (name === undefined || attempt.name === name) && (step === undefined || attempt.step === step))
      .slice(0, limit)
      .map((attempt) => ({ ...attempt }))
  }

  remove(runIds: readonly string[]): string[] {
    return runIds.filter((runId) => {
      const run = this.#runs.get(runId)
      if (!run || run.summary.status === 'running' || run.driver !== null) return false
      if (run.summary.idempotency) this.#keys.delete(run.summary.idempotency.key)
      return this.#runs.delete(runId)
    })
  }

  removePlans(): void {
    const used = new Set([...this.#runs.values()].map((run) => run.summary.planHash))
    for (const hash of this.#plans.keys()) if (!used.has(hash)) this.#plans.delete(hash)
  }

  /** Characters of all journals. */
  get size(): number {
    let size = 0
    for (const { lines } of this.#runs.values()) for (const line of lines) size += line.length
    return size
  }

  #known(runId: string): MemoryRun {
    const run = this.#runs.get(runId)
    if (run === undefined) throw unknownRun(runId)
    return run
  }
}

function newestFirst(a: MemoryRun, b: MemoryRun): number {
  return b.summary.createdAt - a.summary.createdAt || b.order - a.order
}
