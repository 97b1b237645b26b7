import { expect, it } from 'vitest'
import { definePlan, sealPlan } from './define-plan.ts'
import { scriptedPlan } from '../run-world.fixture.ts'

it('freezes a plan to its innermost parts', () => {
  const plan = definePlan(scriptedPlan({ name: 'a', args: { list: [{ deep: [1] }] } }))
  const { list } = plan.steps[0]!.args as { list: { deep: number[] }[] }
  expect([plan, plan.steps, plan.steps[0], list, list[0], list[0]!.deep].map((part) => Object.isFrozen(part))).toEqual(Array(6).fill(true))
})

it('tells of a plan that holds itself where it is checked', async () => {
  const args: Record<string, unknown> = {}
  args['self'] = args
  const plan = definePlan(scriptedPlan({ name: 'a', args: args as never }))
  await expect(sealPlan(plan)).rejects.toMatchObject({ code: 'PLAN_INVALID' })
})
