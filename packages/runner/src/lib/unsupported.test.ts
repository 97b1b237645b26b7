import { expect, it } from 'vitest'
import { scriptedPlan } from './run-world.fixture.ts'
import { checkSupported } from './unsupported.ts'

it.each([
  [{ ...scriptedPlan({ name: 'a' }), deadlineMs: 1 }, 'deadlineMs'],
  [scriptedPlan({ name: 'a', phase: 'always' }), 'a.phase'],
  [scriptedPlan({ name: 'a', success: { when: 'true' } }), 'a.success.when'],
])('a plan that says %j is refused, not half done', (plan, field) => {
  expect(() => checkSupported(plan)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID', message: expect.stringContaining(field) as string }) as Error)
})

it('a plan that says nothing of it is not', () => {
  expect(() => checkSupported(scriptedPlan({ name: 'a', success: { ctxHasKeys: ['a.b_v1'] } }))).not.toThrow()
})
