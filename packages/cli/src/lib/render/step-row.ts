import type { Plan, StepStatus } from '@lorc/runner'

/** One step as the views show it. Times are Unix milliseconds. */
export interface StepRow {
  readonly name: string
  readonly phase: Phase
  /** Attempts in all that it may make each time the run is driven. */
  readonly tries: number
  readonly continueOnError: boolean
  /** Of an item: its `for_each` step. */
  readonly itemOf: StepRow | null
  status: StepStatus | 'retrying'
  attempt: number
  /** Attempts of earlier drivers, or before a person had it run again: they count for nothing. */
  forgiven: number
  startedAt: number
  endedAt: number
  /** What went wrong, what blocks it, why it was skipped, or what it waits for. */
  note: string
  retryAt: number
  /** It waits for a person. */
  asks: boolean
  /** Of a `for_each` step, once they are known. */
  items: ItemProgress | null
}

export type Phase = NonNullable<Plan['steps'][number]['phase']>

/** How far the items of a `for_each` step are. */
export class ItemProgress {
  readonly total: number
  readonly counts: Record<StepRow['status'], number>
  readonly failed: StepRow[] = []

  constructor(total: number) {
    this.total = total
    const none = { running: 0, retrying: 0, completed: 0, failed: 0, cancelled: 0, blocked: 0, skipped: 0 }
    this.counts = { waiting: total, ...none }
  }

  /** Items of which nothing more will come. */
  get ended(): number {
    const { completed, failed, cancelled, blocked, skipped } = this.counts
    return completed + failed + cancelled + blocked + skipped
  }
}
