import type { Approval, ApprovalDecision, StepState } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { EventData } from '../events.ts'

/**
 * Whether a decision on a step counts: throws APPROVAL_UNKNOWN for a step that has not asked for one,
 * APPROVAL_DECIDED where it has one already, has ended, or its time is over at `now` (Unix milliseconds; by default that is
 * left to who ends it), APPROVAL_NOT_ALLOWED where somebody else is to decide.
 */
export function checkDecision({ name, status, approval }: StepState, { by }: ApprovalDecision, now = -Infinity): void {
  if (!approval) {
    throw new RunnerError('APPROVAL_UNKNOWN', `Step "${name}" has not asked for an approval.`, {
      fix: 'See what waits with "lorc runs show RUN".',
      details: { step: name },
    })
  }
  const { decision } = approval
  if (decision) {
    const what = decision.approved ? 'approved' : 'rejected'
    throw new RunnerError('APPROVAL_DECIDED', `"${name}" was ${what} by ${decision.by} already.`, { details: { step: name, by: decision.by } })
  }
  if (status !== 'running') throw new RunnerError('APPROVAL_DECIDED', `"${name}" does not wait any more: it is ${status}.`, { details: { step: name } })
  if (approval.expiresAt !== null && approval.expiresAt <= now) {
    throw new RunnerError('APPROVAL_DECIDED', `"${name}" could be decided on until ${new Date(approval.expiresAt).toISOString()}.`, {
      fix: 'The step fails when its run goes on; a resume after that asks again.',
      details: { step: name },
    })
  }
  if (approval.by && !approval.by.includes(by)) {
    throw new RunnerError('APPROVAL_NOT_ALLOWED', `${by} may not decide on "${name}".`, {
      fix: `These may: ${approval.by.join(', ')}.`,
      details: { step: name, by },
    })
  }
}

/** How the step of an approval ends: as was decided, or because nobody did in time. */
export function approvalEnd(step: string, attempt: number, { decision, requestedAt, expiresAt }: Approval): EventData {
  if (decision?.approved) {
    const { by, reason } = decision
    return { type: 'step.completed', step, attempt, writes: {}, outputs: [], artifacts: [], metrics: null, meta: { by, reason } }
  }
  const error = decision
    ? { code: 'APPROVAL_REJECTED', message: `${decision.by} rejected it: ${decision.reason}`, details: { by: decision.by, reason: decision.reason } }
    : { code: 'APPROVAL_TIMEOUT', message: `Nobody decided within ${Math.round(((expiresAt ?? 0) - requestedAt) / 100) / 10} s.` }
  return { type: 'step.failed', step, attempt, error, metrics: null }
}
