import { describe, expect, test } from 'vitest'
import { RunnerError } from '../../errors.ts'
import type { Plan, PlanStep } from '../../plan.ts'
import { requireExpressions } from './plan-expressions.ts'

const plan = (step: Partial<PlanStep>): Plan => ({
  lorc: 1,
  name: 'p',
  params: { type: 'object', properties: { days: { type: 'integer' } } },
  steps: [{ name: 'a', type: 'node', stage: 0, produces: { 'a.b_v1': { type: 'integer' } }, ...step }],
})

function problems(step: Partial<PlanStep>): unknown {
  try {
    requireExpressions(plan(step))
    return []
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'PLAN_INVALID') return error.details?.['problems']
    throw error
  }
}

describe('requireExpressions', () => {
  test('takes what fits', () => {
    const step: Partial<PlanStep> = {
      when: 'params.days > 1 && steps.a.attempts == 0',
      forEach: { items: '[1, 2]' },
      args: { i: '${{ item + index }}', c: '${{ size(ctx.a.b_v1) + 1 }}', e: '${{ env.ANY }}' },
      success: { when: 'ctx.a.b_v1 == item' },
      http: { method: 'GET', url: 'u', set: { 'x.y_v1': 'response.body' } },
      job: { package: 'p', name: 'j', set: { 'x.z_v1': 'result.rows + steps.a.result' } },
    }
    expect(problems(step)).toEqual([])
  })

  test.each<[Partial<PlanStep>, string, string]>([
    [{ when: '1 +' }, 'steps[0].when', 'in the expression `1 +` unexpected token: EOF'],
    [{ when: 'params.days' }, 'steps[0].when', 'in the expression `params.days` it must give true or false, not a number'],
    [{ when: 'item > 1', forEach: { items: '[1]' } }, 'steps[0].when', 'in the expression `item > 1` `item` is known in the steps of a `for_each` only, once there are items: not in its `when`'],
    [{ job: { package: 'p', name: 'j', set: { 'x.z_v1': 'response' } } }, 'steps[0].job.set["x.z_v1"]', 'in the expression `response` `response` is known in the `set` of an http step only'],
    [{ when: 'env.A == ""', forEach: { items: '[1]' }, env: { grant: [], set: { A: 'of ${{ item }}' } } }, 'steps[0].when', 'in the expression `env.A == ""` the variable `A` is of an item, and this is evaluated before there is one'],
    [{ forEach: { items: 'params.days' } }, 'steps[0].forEach.items', 'in the expression `params.days` it must give a list, not a number'],
    [{ args: ['${{ params.dais }}'] }, 'steps[0].args[0]', 'in the expression `params.dais` there is no parameter `dais`'],
    [{ args: { x: '${{ steps.b.status }}' } }, 'steps[0].args.x', 'in the expression `steps.b.status` there is no step `b`'],
    [{ success: { when: 'ctx.a.b_v1 == "x"' } }, 'steps[0].success.when', 'in the expression `ctx.a.b_v1 == "x"` no such overload: int == string'],
    [{ env: { grant: [], set: { A: '${{ response }}' } } }, 'steps[0].env.set.A', 'in the expression `response` `response` is known in the `set` of an http step only'],
  ])('%j', (step, path, message) => {
    expect(problems(step)).toEqual([{ path, message: message.includes('unexpected token') ? (expect.stringContaining('`1 +`') as string) : message }])
  })
})
