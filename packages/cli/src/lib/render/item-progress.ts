import type { StepRow } from './run-progress.ts'

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
