import { expect, it } from 'vitest'
import { fixOf } from './problem-fix.ts'

it.each([
  ['RUN_UNKNOWN', 'run_1', 'See the runs that there are: `GET /runs`.'],
  ['RUN_ENDED', 'run_1', 'Go on with one that did not complete: `POST /runs/run_1/resume`; run the same again: `POST /runs/run_1/rerun`.'],
  ['RUN_HELD', undefined, 'Wait for it, or ask it to stop: `POST /runs/{run_id}/cancel`.'],
  ['RUN_PAUSED', 'a/b', 'Let it go on: `POST /runs/a%2Fb/unpause`.'],
  ['RUN_NOT_PAUSED', 'run_1', 'See how it stands: `GET /runs/run_1`.'],
  ['APPROVAL_UNKNOWN', 'run_1', 'See what waits: `waiting_for` of `GET /runs/run_1`.'],
])('says what to request: %s', (code, runId, fix) => {
  expect(fixOf(code, 'lorc ...', runId)).toBe(fix)
})

it('leaves other advice as it is', () => {
  expect(fixOf('RECIPE_UNKNOWN', 'Did you mean `a`?', 'run_1')).toBe('Did you mean `a`?')
  expect(fixOf('constructor', undefined, undefined)).toBeUndefined()
})
