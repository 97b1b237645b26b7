import { expect, it } from 'vitest'
import { checkRunId, newRunId } from './run-id.ts'

const at = Date.UTC(2026, 0, 9, 12, 34, 56)

it('tells the second in which the run begins, and a chance of base 36', () => {
  const draws = [0, 0.5, 0.999, 10 / 36, 9 / 36, 35 / 36]
  expect(newRunId(at, () => draws.shift()!)).toBe('run_2026-01-09T12-34-56Z_0iza9z')
})

it('goes with the clock, also when that goes back', () => {
  const ids = [at + 999, at + 1000, at - 1].map((now) => newRunId(now, () => 0))
  expect(ids).toEqual(['run_2026-01-09T12-34-56Z_000000', 'run_2026-01-09T12-34-57Z_000000', 'run_2026-01-09T12-34-55Z_000000'])
})

it.each([undefined, 'run_1', 'run_a.b-C_9', `run_${'x'.repeat(120)}`])('may be %s', (runId) => {
  expect(() => checkRunId(runId)).not.toThrow()
})

it.each(['', 'run_', '1', 'run_.', 'run_a/b', 'run_../x', 'run_a\n', `run_${'x'.repeat(121)}`])('may not be %j', (runId) => {
  expect(() => checkRunId(runId)).toThrow('is no id that a run can have')
})
