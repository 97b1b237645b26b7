import { type JournalEvent, parseItemName, type Plan } from '@lorc/runner'
import { ItemProgress, type StepRow } from './step-row.ts'

const FINAL: ReadonlySet<StepRow['status']> = new Set(['completed', 'failed', 'cancelled', 'blocked', 'skipped'])

/** What the views of a run in progress show: a fold over its events, at a constant cost for each. */
export class RunProgress {
  readonly runId: string
  readonly name: string
  readonly plan: Plan
  /** In the plan's order, without items. */
  readonly rows: readonly StepRow[]
  /** Of `rows`. */
  readonly counts: Record<StepRow['status'], number>
  /** Steps and items that run, but no step that has items. */
  readonly running = new Set<StepRow>()
  readonly retrying = new Set<StepRow>()
  /** Of `rows`: those that wait for a person. */
  readonly asking = new Set<StepRow>()
  readonly failed: StepRow[] = []
  /** The last steps to end, newest last. */
  readonly recent: StepRow[] = []
  /** As the run was started with. */
  concurrency: number | undefined
  startedAt = 0
  endedAt: number | null = null
  paused: string | null = null
  /** Null until the run has ended. */
  outcome: 'completed' | 'failed' | 'cancelled' | null = null
  /** Rises with every change. */
  version = 0
  readonly #byName: Map<string, StepRow>

  constructor(runId: string, plan: Plan) {
    this.runId = runId
    this.name = plan.name
    this.plan = plan
    this.rows = plan.steps.map((step) => newRow(step, step.name, null))
    this.#byName = new Map(this.rows.map((row) => [row.name, row]))
    const none = { running: 0, retrying: 0, completed: 0, failed: 0, cancelled: 0, blocked: 0, skipped: 0 }
    this.counts = { waiting: this.rows.length, ...none }
  }

  /** Steps of which nothing more will come. */
  get ended(): number {
    const { completed, failed, cancelled, blocked, skipped } = this.counts
    return completed + failed + cancelled + blocked + skipped
  }

  /** Of a step or an item. */
  row(name: string): StepRow | undefined {
    return this.#byName.get(name) ?? this.#item(name)
  }

  apply(event: JournalEvent): void {
    this.version++
    switch (event.type) {
      case 'run.created':
        this.concurrency = event.options.concurrency
        return
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
      case 'steps.reset':
        return this.#reset(event.steps)
      case 'step.expanded':
        return this.#set(event.step, 'running', '', (row) => {
          row.items = new ItemProgress(event.items.length)
          if (row.startedAt === 0) row.startedAt = event.ts
          this.running.delete(row)
        })
      case 'step.linked':
        return this.#note(event.step, `as ${event.runId}`)
      case 'step.waiting': {
        const [holder] = event.holders
        const held = holder === undefined ? '' : `, held by ${holder.step}${holder.runId === this.runId ? '' : ` of ${holder.runId}`}`
        return this.#note(event.step, `waits for a slot of ${event.group}${held}`)
      }
      case 'approval.requested':
        return this.#note(event.step, event.message === '' ? 'may it go on?' : event.message, (row) => {
          row.asks = true
          // What it takes is what people took.
          row.startedAt = event.ts
          this.asking.add(row)
        })
      case 'approval.decided':
        return this.#note(event.step, `${event.approved ? 'approved' : 'rejected'} by ${event.by}`, (row) => {
          row.asks = false
          this.asking.delete(row)
        })
      case 'run.paused':
        this.paused = `paused by ${event.by}`
        return
      case 'run.unpaused':
        this.paused = null
        return
      case 'run.completed':
        return this.#end('completed', event.ts)
      case 'run.failed':
        return this.#end('failed', event.ts)
      case 'run.cancelled':
        return this.#end('cancelled', event.ts)
      case 'step.spawned':
      case 'context.set':
      case 'run.cancel_requested':
        return
    }
  }

  /** A new driver goes on: what neither completed nor was skipped is open again. */
  #reopen(): void {
    for (const row of this.#byName.values()) {
      if (row.status === 'completed' || row.status === 'skipped') continue
      if (row.status === 'failed' && row.continueOnError) continue
      forgive(row)
      if (row.status === 'waiting') continue
      // Items go on where they were: their step stays open.
      if (row.status === 'running' && row.items !== null) continue
      this.#set(row.name, row.items === null ? 'waiting' : 'running', '')
      if (row.items !== null) this.running.delete(row)
      row.startedAt = row.items === null ? 0 : row.startedAt
      row.endedAt = 0
    }
    this.recent.length = 0
  }

  /** What is to run again. A step of which items are named keeps the others. */
  #reset(names: readonly string[]): void {
    const kept = new Set(names.map((name) => parseItemName(name)?.step))
    for (const name of names) {
      const open = kept.has(name)
      this.#set(name, open ? 'running' : 'waiting', '')
      const row = this.row(name)
      if (row === undefined) continue
      if (open) this.running.delete(row)
      else this.#restart(row)
    }
  }

  /** Nothing of it was done yet, nor of its items: of those, there may be others the next time. */
  #restart(row: StepRow): void {
    forgive(row)
    row.startedAt = 0
    row.endedAt = 0
    const items = row.items?.total ?? 0
    row.items = null
    for (let index = 0; index < items; index++) {
      const item = this.#byName.get(`${row.name}[${index}]`)
      if (item === undefined) continue
      this.#restart(item)
      item.status = 'waiting'
      item.note = ''
    }
  }

  #end(outcome: NonNullable<RunProgress['outcome']>, at: number): void {
    this.outcome = outcome
    this.endedAt = at
  }

  #ended(row: StepRow, at: number): void {
    row.endedAt = at
    if (row.startedAt === 0) row.startedAt = at
    if (row.status !== 'retrying' && row.itemOf === null) this.recent.push(row)
    if (this.recent.length > 100) this.recent.splice(0, 50)
  }

  #setAll(names: readonly string[], status: StepRow['status'], note: string): void {
    for (const name of names) this.#set(name, status, note)
  }

  #set(name: string, status: StepRow['status'], note: string, change?: (row: StepRow) => void): void {
    const row = this.row(name)
    if (row === undefined) return
    const counts = row.itemOf === null ? this.counts : row.itemOf.items?.counts
    if (counts !== undefined) {
      counts[row.status]--
      counts[status]++
    }
    this.running.delete(row)
    this.retrying.delete(row)
    this.asking.delete(row)
    if (status === 'running') this.running.add(row)
    if (status === 'retrying') this.retrying.add(row)
    const failed = row.itemOf?.items?.failed ?? this.failed
    if (row.status === 'failed') failed.splice(failed.indexOf(row), 1)
    if (status === 'failed') failed.push(row)
    row.status = status
    row.note = note
    row.asks = false
    change?.(row)
  }

  #note(name: string, note: string, change?: (row: StepRow) => void): void {
    const row = this.row(name)
    if (row === undefined) return
    row.note = note
    change?.(row)
  }

  /** Items have no row before something happens to them. */
  #item(name: string): StepRow | undefined {
    const parent = this.#byName.get(parseItemName(name)?.step ?? '')
    if (parent?.items == null) return undefined
    const row = newRow(parent, name, parent)
    this.#byName.set(name, row)
    return row
  }
}

function forgive(row: StepRow): void {
  row.forgiven = row.attempt
}

type RowSource = Pick<Plan['steps'][number], 'retry' | 'continueOnError' | 'phase'> & { tries?: number }

function newRow({ retry, continueOnError, phase, tries }: RowSource, name: string, itemOf: StepRow | null): StepRow {
  return {
    name,
    phase: phase ?? 'main',
    tries: tries ?? retry?.max ?? 1,
    continueOnError: continueOnError === true,
    itemOf,
    status: 'waiting',
    attempt: 0,
    forgiven: 0,
    startedAt: 0,
    endedAt: 0,
    note: '',
    retryAt: 0,
    asks: false,
    items: null,
  }
}

/** Why a step was cancelled, to stand after `cancelled:`. */
function clause(reason: string): string {
  return reason.replace(/^Cancelled: /, '').replace(/\.$/, '')
}

export function isFinal(row: StepRow): boolean {
  return FINAL.has(row.status)
}
