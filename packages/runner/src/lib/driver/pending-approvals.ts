import type { ApprovalDecision, Clock } from '../api.ts'
import { approvalEnd, checkDecision } from '../run-state/approval.ts'
import type { DriverPort } from './driver-port.ts'
import type { RunFold } from '../run-state/run-fold.ts'

/** The approvals of one run: each waits for a decision, or for the end of its time. */
export class PendingApprovals {
  readonly #fold: RunFold
  readonly #clock: Clock
  readonly #driver: DriverPort

  constructor(fold: RunFold, clock: Clock, driver: DriverPort) {
    this.#fold = fold
    this.#clock = clock
    this.#driver = driver
  }

  /** As checkDecision throws. */
  decide(step: string, decision: ApprovalDecision): void {
    checkDecision(this.#fold.step(step), decision)
    if (!this.#driver.isGoingOn()) return
    const { approved, by, reason } = decision
    this.#driver.record({ type: 'approval.decided', step, approved, by, reason })
    this.#conclude(step)
  }

  /** One that a driver before this one asked for: its time limit goes on. */
  resume(step: string): void {
    const { approval } = this.#fold.step(step)
    if (approval?.decision) this.#conclude(step)
    else this.watch(step, approval?.expiresAt ?? null)
  }

  /** Ends it at `expiresAt` (Unix milliseconds), unless that is null or it was decided by then. */
  watch(step: string, expiresAt: number | null): void {
    if (expiresAt === null) return
    this.#driver.after(Math.max(0, expiresAt - this.#clock.now()), () => {
      const { status, approval } = this.#fold.step(step)
      if (status === 'running' && approval?.expiresAt === expiresAt && !approval.decision) this.#conclude(step)
    })
  }

  #conclude(step: string): void {
    const { approval, attempts } = this.#fold.step(step)
    this.#driver.record(approvalEnd(step, attempts, approval!))
    this.#driver.pump()
  }
}
