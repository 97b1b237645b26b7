import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventData } from '@lorc/runner'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { contextAt } from './context-at.ts'
import { RealRuns } from '../real-runs.fixture.ts'
import { completed, journalOf, planOf, runnerOf } from '../scripted-run.fixture.ts'

let folder: string
let runs: RealRuns
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-at-')))
  runs = new RealRuns({ workspace: folder })
  runs.work = { load: () => ({ 'demo.rows_v1': 1 }), more: () => ({ 'demo.rows_v1': 2, 'demo.sum_v1': 3 }) }
  await runs.run(planOf('load', 'more'))
})
afterEach(() => rm(folder, { recursive: true }))

it('shows the context as it was after a step or an event', async () => {
  const values = async (...words: string[]): Promise<unknown> =>
    JSON.parse((await runs.lorc('runs', 'context', 'last', '--json', ...words)).stdout)
  expect(await values()).toEqual({ 'demo.rows_v1': 2, 'demo.sum_v1': 3 })
  expect(await values('--at', 'load')).toEqual({ 'demo.rows_v1': 1 })
  expect(await values('--at', '0')).toEqual({})
  expect(await values('--at', 'load', '--blame')).toMatchObject({ 'demo.rows_v1': { step: 'load' } })
})

it('refuses what never was', async () => {
  expect(await runs.lorc('runs', 'context', 'last', '--at', '999')).toMatchObject({
    exit: 2,
    stderr: expect.stringMatching(/^error\[CLI_OPTION_INVALID\]: --at 999: [^\n]*\nfix: its last one is \d+\.\n/) as string,
  })
  expect((await runs.lorc('runs', 'context', 'last', '--at', 'laod')).stderr).toContain('fix: did you mean `load`?')
  expect((await runs.lorc('runs', 'context', 'last', '--at', 'zzz')).stderr).toContain('fix: name a completed step')
})

it('takes in what items wrote when their step does', async () => {
  const item = { ...completed('each[0]', { 'demo.rows_v1': null }) }
  const gathered = completed('each', { 'demo.rows_v1': null })
  const runner = runnerOf({
    async *events() {
      yield* journalOf(item, gathered)
    },
  })
  expect((await contextAt(runner, 'r', '0')).keys()).toEqual([])
  expect((await contextAt(runner, 'r', '1')).keys()).toEqual(['demo.rows_v1'])
})

it("attributes an operator's write to the operator", async () => {
  const set: EventData = { type: 'context.set', writes: { 'demo.rows_v1': { value: 7 } }, by: 'ana', reason: 'fixed by hand' }
  const runner = runnerOf({
    async *events() {
      yield* journalOf(set)
    },
  })
  const context = await contextAt(runner, 'r', '0')
  expect([context.get('demo.rows_v1'), context.blame('demo.rows_v1')]).toEqual([7, expect.objectContaining({ who: 'ana' })])
})
