import type { JournalEvent, Plan, StepStatus } from '@lorc/runner'

/** One step as the views show it. Times are Unix milliseconds. */
export interface StepRow {
  readonly name: string
  readonly maxAttempts: number
  readonly continueOnError: boolean
  status: StepStatus | 'retrying'
  attempt: number
  startedAt: number
  endedAt: number
  /** What went wrong, what blocks it, or why it was skipped. */
  note: string
  retryAt: number
}

const FINAL: ReadonlySet<StepRow['status']> = new Set(['completed', 'failed', 'cancelled', 'blocked', 'skipped'])

/** What the views of a run in progress show: a fold over its events, at a constant cost for each. */
export class RunProgress {
  readonly runId: string
  readonly name: string
  /** In the plan's order. */
  readonly rows: readonly StepRow[]
  readonly counts: Record<StepRow['status'], number>
  readonly running = new Set<StepRow>()
  readonly failed: StepRow[] = []
  /** The last steps to end, newest last. */
  readonly recent: StepRow[] = []
  startedAt = 0
  endedAt: number | null = null
  /** Null until the run has ended. */
  outcome: 'completed' | 'failed' | 'cancelled' | null = null
  /** Rises with every change. */
  version = 0
  readonly #byName: Map<string, StepRow>

  constructor(runId: string, plan: Plan) {
    this.runId = runId
    this.name = plan.name
    this.rows = plan.steps.map(({ name, retry, continueOnError }) => ({
      name,
      maxAttempts: retry?.max ?? 1,
      continueOnError: continueOnError === true,
      status: 'waiting',
      attempt: 0,
      startedAt: 0,
      endedAt: 0,
      note: '',
      retryAt: 0,
    }))
    this.#byName = new Map(this.rows.map((row) => [row.name, row]))
    const none = { running: 0, retrying: 0, completed: 0, failed: 0, cancelled: 0, blocked: 0, skipped: 0 }
    this.counts = { waiting: this.rows.length, ...none }
  }

  /** Steps of which nothing more will come. */
  get ended(): number {
    const { completed, failed, cancelled, blocked, skipped } = this.counts
    return completed + failed + cancelled + blocked + skipped
  }

  row(name: string): StepRow | undefined {
    return this.#byName.get(name)
  }

  apply(event: JournalEvent): void {
    this.version++
    switch (event.type) {
      case 'driver.started':
        this.startedAt = event.ts
        this.endedAt = null
        this.outcome = null
        if (event.epoch > 1) this.#reopen()
        return
      case 'step.started':
        return this.#set(event.step, 'running', '', (row) => {
          row.attempt = event.attempt
          row.startedAt = event.ts
        })
      case 'step.completed': {
        const imported = event.importedFrom === undefined ? '' : 'imported'
        return this.#set(event.step, 'completed', event.cached === undefined ? imported : 'cached', (row) =>
          this.#ended(row, event.ts),
        )
      }
      case 'step.failed': {
        const { retryInMs } = event
        const note = `${event.error.code}: ${event.error.message}`
        return this.#set(event.step, retryInMs === undefined ? 'failed' : 'retrying', note, (row) => {
          row.retryAt = event.ts + (retryInMs ?? 0)
          this.#ended(row, event.ts)
        })
      }
      case 'step.interrupted':
        return this.#set(event.step, 'waiting', 'was interrupted')
      case 'step.cancelled':
        return this.#set(event.step, 'cancelled', clause(event.reason), (row) => this.#ended(row, event.ts))
      case 'steps.cancelled':
        return this.#setAll(event.steps, 'cancelled', event.reason)
      case 'steps.blocked':
        return this.#setAll(event.steps, 'blocked', `by ${event.by}`)
      case 'steps.skipped':
        return this.#setAll(event.steps, 'skipped', event.reason)
      case 'run.completed':
        return this.#end('completed', event.ts)
      case 'run.failed':
        return this.#end('failed', event.ts)
      case 'run.cancelled':
        return this.#end('cancelled', event.ts)
      case 'run.created':
      case 'step.spawned':
      case 'run.cancel_requested':
        return
    }
  }

  /** A new driver goes on: what neither completed nor was skipped is open again. */
  #reopen(): void {
    for (const row of this.rows) {
      if (row.status === 'completed' || row.status === 'skipped' || row.status === 'waiting') continue
      if (row.status === 'failed' && row.continueOnError) continue
      this.#set(row.name, 'waiting', '')
      row.startedAt = 0
      row.endedAt = 0
    }
    this.recent.length = 0
  }

  #end(outcome: NonNullable<RunProgress['outcome']>, at: number): void {
    this.outcome = outcome
    this.endedAt = at
  }

  #ended(row: StepRow, at: number): void {
    row.endedAt = at
    if (row.startedAt === 0) row.startedAt = at
    if (row.status !== 'retrying') this.recent.push(row)
    if (this.recent.length > 100) this.recent.splice(0, 50)
  }

  #setAll(names: readonly string[], status: StepRow['status'], note: string): void {
    for (const name of names) this.#set(name, status, note)
  }

  #set(name: string, status: StepRow['status'], note: string, change?: (row: StepRow) => void): void {
    const row = this.#byName.get(name)
    if (row === undefined) return
    this.counts[row.status]--
    this.counts[status]++
    if (row.status === 'running') this.running.delete(row)
    if (status === 'running') this.running.add(row)
    if (status === 'failed') this.failed.push(row)
    else if (row.status === 'failed') this.failed.splice(this.failed.indexOf(row), 1)
    row.status = status
    row.note = note
    change?.(row)
  }
}

/** Why a step was cancelled, to stand after `cancelled:`. */
function clause(reason: string): string {
  return reason.replace(/^Cancelled: /, '').replace(/\.$/, '')
}

export function isFinal(row: StepRow): boolean {
  return FINAL.has(row.status)
}
