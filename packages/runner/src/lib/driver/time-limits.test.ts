import { expect, it } from 'vitest'
import { definePlan } from '../plan-builder/define-plan.ts'
import { timeLimits } from './time-limits.ts'

const limits = (given: { timeoutMs?: number; deadlineMs?: number }, createdAt: number, now: number) =>
  timeLimits(definePlan({ lorc: 1, name: 'p', steps: [], ...given }), createdAt, now).map(({ inMs, code }) => [code, inMs])

it('gives each driver the whole timeout, and the run one deadline', () => {
  expect(limits({}, 1000, 1000)).toEqual([])
  expect(limits({ timeoutMs: 500, deadlineMs: 2000 }, 1000, 1000)).toEqual([['RUN_TIMEOUT', 500], ['RUN_DEADLINE', 2000]])
  expect(limits({ timeoutMs: 500, deadlineMs: 2000 }, 1000, 2400)).toEqual([['RUN_TIMEOUT', 500], ['RUN_DEADLINE', 600]])
  expect(limits({ deadlineMs: 2000 }, 1000, 9000)).toEqual([['RUN_DEADLINE', 0]])
})
