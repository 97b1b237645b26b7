import type { Plan } from '../plan.ts'

/** When a run is to be ended for the time that it has taken, and why. */
export interface TimeLimit {
  /** Milliseconds from now. */
  inMs: number
  code: 'RUN_TIMEOUT' | 'RUN_DEADLINE'
  /** A sentence. */
  reason: string
}

/** The limits of a run of this plan whose driver begins `now`: the timeout is each driver's, the deadline the run's. Unix milliseconds. */
export function timeLimits({ timeoutMs, deadlineMs }: Plan, createdAt: number, now: number): TimeLimit[] {
  const limits: TimeLimit[] = []
  if (timeoutMs !== undefined) {
    limits.push({ inMs: timeoutMs, code: 'RUN_TIMEOUT', reason: `The run took longer than its timeout of ${timeoutMs / 1000} s.` })
  }
  if (deadlineMs !== undefined) {
    const inMs = Math.max(0, createdAt + deadlineMs - now)
    limits.push({ inMs, code: 'RUN_DEADLINE', reason: `The run did not end within ${deadlineMs / 1000} s of its creation.` })
  }
  return limits
}
