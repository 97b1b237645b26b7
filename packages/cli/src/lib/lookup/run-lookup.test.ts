import type { RunStore, RunSummary } from '@lorc/runner'
import { expect, it } from 'vitest'
import { CliError } from '../errors.ts'
import { findRun } from './run-lookup.ts'

function storeOf(ids: readonly string[]): RunStore {
  const runs = ids.map((runId) => ({ runId }) as RunSummary)
  const store: Partial<RunStore> = {
    get: async (runId) => runs.find((run) => run.runId === runId),
    list: async ({ before, limit = 50 } = {}) => {
      const from = before === undefined ? 0 : ids.indexOf(before) + 1
      return runs.slice(from, from + limit)
    },
  }
  return store as RunStore
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown)
  return error instanceof CliError ? `${error.code}: ${error.message}` : 'accepted'
}

const three = ['run_2026-03-01T00-00-00Z_cc3333', 'run_2026-02-01T00-00-00Z_bb2222', 'run_2026-01-01T00-00-00Z_aa1111']

it.each([
  ['last', three[0]],
  ['last~0', three[0]],
  ['last~2', three[2]],
  [three[1], three[1]],
  ['run_2026-01', three[2]],
  ['2026-02-01', three[1]],
  ['aa1111', three[2]],
])('%s is found', async (text, found) => {
  expect(await findRun(storeOf(three), text ?? '')).toBe(found)
})

it('looks through every page', async () => {
  const ids = Array.from({ length: 1200 }, (_, index) => `run_${String(2000 - index)}_x${index}`)
  expect(await findRun(storeOf(ids), 'x1199')).toBe('run_801_x1199')
  expect(await refusal(findRun(storeOf(ids), 'nope'))).toContain('CLI_RUN_UNKNOWN')
})

it('refuses what is unknown or ambiguous', async () => {
  expect(await refusal(findRun(storeOf([]), 'last'))).toBe('CLI_RUN_UNKNOWN: no run has been made here yet.')
  expect(await refusal(findRun(storeOf(three), 'last~3'))).toBe('CLI_RUN_UNKNOWN: there is no run `last~3`: 3 are kept.')
  expect(await refusal(findRun(storeOf(three), 'zz'))).toContain('CLI_RUN_UNKNOWN: no run has the id `zz`')
  expect(await refusal(findRun(storeOf(three), 'run_2026'))).toBe(
    `CLI_RUN_AMBIGUOUS: \`run_2026\` may be ${three.join(', ')}.`,
  )
  const many = Array.from({ length: 9 }, (_, index) => `run_${index}`)
  expect(await refusal(findRun(storeOf(many), 'run_'))).toContain('run_4 and more.')
})
