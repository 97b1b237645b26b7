import fc from 'fast-check'
import { choices, plans } from './plans.ts'
import type { SchedulerCase } from './scheduler-world.ts'

const some = fc.oneof({ weight: 3, arbitrary: fc.constant<number[]>([]) }, { weight: 1, arbitrary: fc.uniqueArray(fc.nat(9), { maxLength: 4 }) })

export const schedulerCases: fc.Arbitrary<SchedulerCase> = fc.record({
  plan: plans,
  limits: fc.record({ concurrency: fc.constantFrom(1, 2, 3, 20), failFast: fc.boolean() }),
  skipped: some,
  imported: some,
  numbers: choices,
})
