import { describe, expect, it } from 'vitest'
import type { StepState } from '../api.ts'
import { approvalEnd, checkDecision } from './approval.ts'
import { StepStates } from './step-states.ts'

const decision = { approved: true, by: 'ana', reason: '' }

function asking(approval: Partial<NonNullable<StepState['approval']>> = {}, status: StepState['status'] = 'running'): StepState {
  const asked = { message: 'Publish?', by: null, requestedAt: 0, expiresAt: null, decision: null, ...approval }
  return { ...new StepStates(1).read(0, 'gate'), status, approval: asked }
}

describe('a decision', () => {
  it('counts where one is asked for', () => {
    expect(() => checkDecision(asking(), decision)).not.toThrow()
    expect(() => checkDecision(asking({ by: ['bob', 'ana'] }), decision)).not.toThrow()
    expect(() => checkDecision(asking({ expiresAt: 6 }), decision, 5)).not.toThrow()
  })

  it.each([
    ['of a step that has not asked', new StepStates(1).read(0, 'gate'), 'APPROVAL_UNKNOWN', 'has not asked'],
    ['after one was made', asking({ decision: { ...decision, by: 'eve', at: 1 } }), 'APPROVAL_DECIDED', 'approved by eve'],
    ['after one was made against it', asking({ decision: { ...decision, approved: false, by: 'eve', at: 1 } }), 'APPROVAL_DECIDED', 'rejected by eve'],
    ['after its time', asking({}, 'failed'), 'APPROVAL_DECIDED', 'failed'],
    ['when its time is over', asking({ expiresAt: 5 }), 'APPROVAL_DECIDED', 'until 1970-01-01T00:00:00.005Z'],
    ['by somebody else', asking({ by: ['bob'] }), 'APPROVAL_NOT_ALLOWED', 'ana may not decide'],
  ])('%s is refused', (_, state, code, words) => {
    expect(() => checkDecision(state, decision, 5)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) as string }) as Error)
  })
})

it.each([
  [8_000, 2, 'Nobody decided within 8 s.'],
  [1_500, 1_000, 'Nobody decided within 0.5 s.'],
])('tells its time limit as it was set, though it was reckoned a moment before the request was recorded', (expiresAt, requestedAt, message) => {
  const { approval } = asking({ expiresAt, requestedAt })
  expect(approvalEnd('gate', 1, approval!)).toMatchObject({ error: { code: 'APPROVAL_TIMEOUT', message } })
})
