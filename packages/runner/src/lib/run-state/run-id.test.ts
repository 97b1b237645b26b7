import { expect, it } from 'vitest'
import { checkRunId, newRunId, RunIds } from './run-id.ts'

const at = Date.UTC(2026, 0, 9, 12, 34, 56)

it('tells the second in which the run begins, the time within it, and a chance, in base 36', () => {
  expect(newRunId(at + 500, () => 0.5)).toBe('run_2026-01-09T12-34-56Z_i0i000')
  expect(newRunId(at + 999, () => 0.999_999_9)).toBe('run_2026-01-09T12-34-56Z_zyzzzz')
})

it('goes with the clock, also when that goes back', () => {
  const made = new RunIds({ random: () => 0 })
  const ids = [at + 1999, at + 1000, at - 1].map((now) => made.next(now))
  expect(ids).toEqual(['run_2026-01-09T12-34-57Z_zy0000', 'run_2026-01-09T12-34-57Z_zy0001', 'run_2026-01-09T12-34-55Z_zy0000'])
})

it('differs from all others of its second, and comes after them, whatever is drawn', () => {
  let draws = 0
  const made = new RunIds({ random: () => ((draws++ * 7) % 11) / 11 })
  const ids = Array.from({ length: 3000 }, (_, nth) => made.next(at + Math.floor(nth / 100)))
  expect(new Set(ids).size).toBe(3000)
  expect(ids).toEqual(ids.toSorted())
})

it.each(['run_1', 'run_a.b-C_9', `run_${'x'.repeat(120)}`])('may be %s', (runId) => {
  expect(() => checkRunId(runId)).not.toThrow()
})

it.each(['', 'run_', '1', 'run_.', 'run_a/b', 'run_../x', 'run_a\n', `run_${'x'.repeat(121)}`])('may not be %j', (runId) => {
  expect(() => checkRunId(runId)).toThrow('is not an id that a run can have')
})
