import { expect, it } from 'vitest'
import { exitCodeOf, interruptedExitCode } from './exit-codes.ts'

it.each([
  ['CLI_OPTION_UNKNOWN', 2],
  ['CLI_CONFIG_INVALID', 2],
  ['CLI_RUN_UNKNOWN', 2],
  ['CLI_INTERNAL', 1],
  ['CLI_LOG_MISSING', 1],
  ['RECIPE_CYCLE', 2],
  ['PLAN_INVALID', 2],
  ['FILE_MISSING', 2],
  ['RUN_NO_SOURCE', 2],
  ['RUN_STEP_UNKNOWN', 2],
  ['RUN_HELD', 1],
  ['RUN_INTERNAL', 1],
  ['STORE_FULL', 1],
  ['STEP_FAILED', 1],
])('%s means %i', (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit)
})

it('an interrupt is 128 and its number', () => {
  expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => interruptedExitCode(signal as 'SIGINT'))).toEqual([
    130, 143, 129,
  ])
})
