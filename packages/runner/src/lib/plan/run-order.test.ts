import { expect, it } from 'vitest'
import { unknownStep } from './run-order.ts'
import { scriptedPlan } from '../run-world.fixture.ts'

const planOf = (count: number) => scriptedPlan(...Array.from({ length: count }, (_, n) => ({ name: `s${n}` })))

it('names the steps that there are to whoever names one that is not: the first of many', () => {
  expect(unknownStep(planOf(2), '`only`', 'x')).toMatchObject({ code: 'RUN_STEP_UNKNOWN', fix: 'Its steps are s0, s1.', details: { step: 'x' } })
  expect(unknownStep(planOf(20), '`only`', 'x').fix).toMatch(/ s18, s19\.$/)
  expect(unknownStep(planOf(21), '`only`', 'x').fix).toMatch(/ s19, \.\.\.\.$/)
})
