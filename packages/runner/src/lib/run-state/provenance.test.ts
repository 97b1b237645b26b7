import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { StartOptions } from '../api.ts'
import type { JournalEvent } from '../events.ts'
import { LARGEST_SEED, seedOf } from './provenance.ts'
import { RunWorld, scriptedPlan } from '../run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const plan = scriptedPlan({ name: 'a' }, { name: 'b' })

async function run(options: StartOptions = {}) {
  const seeds: number[] = []
  const runner = await world.runner({ a: (attempt) => void seeds.push(attempt.seed, attempt.scope().run.seed) })
  const { runId, result } = await runner.start(plan, options)
  await result
  const { provenance } = await runner.view(runId)
  const [created] = (await world.events(runId)) as [Extract<JournalEvent, { type: 'run.created' }>]
  await runner.close()
  return { runId, seeds, provenance, created, begun: runner.begun }
}

it('records what a run was made of, and gives steps its seed', async () => {
  writeFileSync(join(world.workspace, '.git'), 'gitdir: g')
  const origin = { type: 'schedule', recipe: 'a.yaml', at: 5 } as const
  const { seeds, provenance, created } = await run({ seed: 42, request: { vat: 0.18 }, origin, versions: { modules: { m: '1' } } })
  expect(seeds).toEqual([42, 42])
  expect(created).toMatchObject({ seed: 42, request: { vat: 0.18 }, origin, versions: { modules: { m: '1' } } })
  expect(provenance).toMatchObject({ seed: 42, request: { vat: 0.18 }, origin, git: null, packages: {}, importedFrom: null })
})

it('has a seed that follows from the id where none is given, and does not record it', async () => {
  const { runId, seeds, provenance, created } = await run()
  expect(provenance).toMatchObject({ seed: seedOf(runId), request: null, origin: null })
  expect(seeds).toEqual([seedOf(runId), seedOf(runId)])
  expect(created).not.toHaveProperty('seed')
  const many = Array.from({ length: 1000 }, (_, i) => seedOf(`run_${i}`))
  expect(new Set(many).size).toBe(1000)
  expect(many.every((seed) => Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED)).toBe(true)
})

it('is for the time that it is given, for that of its schedule, else for the one at which it was created', async () => {
  const origin = { type: 'schedule', recipe: 'a.yaml', at: 5 } as const
  const times: unknown[] = []
  const timeOf = async (options: StartOptions): Promise<number> => {
    const runner = await world.runner({ a: (attempt) => void times.push(attempt.runTime, attempt.scope().run.time) })
    const { runId, result } = await runner.start(plan, options)
    await result
    const { provenance } = await runner.view(runId)
    await runner.close()
    return provenance.time
  }
  const now = world.clock.now()
  expect([await timeOf({ origin }), await timeOf({ origin, time: 7 }), await timeOf({})]).toEqual([5, 7, now])
  expect(times).toEqual([5, '1970-01-01T00:00:00.005Z', 7, '1970-01-01T00:00:00.007Z', now, new Date(now).toISOString()])
})

it('refuses a time that is none', async () => {
  for (const time of [NaN, 1.5, 9e15]) await expect(run({ time })).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID', details: { option: 'time' } })
})

it('refuses a seed and an id that a run cannot have', async () => {
  for (const seed of [-1, 1.5, NaN, LARGEST_SEED + 1]) await expect(run({ seed })).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID', details: { option: 'seed' } })
  for (const runId of ['', 'x', 'run_', 'run_../x', 'run_.x', `run_${'x'.repeat(121)}`]) {
    await expect(run({ runId })).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID', details: { option: 'runId' } })
  }
})

it('takes the id that it is given, once', async () => {
  expect((await run({ runId: 'run_mine' })).runId).toBe('run_mine')
  await expect(run({ runId: 'run_mine' })).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' })
})

it('begins with steps that another run has completed', async () => {
  const done = { type: 'step.completed', step: 'a', attempt: 2, writes: { 'a.x_v1': { value: 7 } }, outputs: ['a.x_v1'], artifacts: [], metrics: null, importedFrom: 'run_old' } as const
  const imported = [{ ...done, outputs: [...done.outputs], artifacts: [] }]
  const { begun, provenance } = await run({ imported })
  expect(begun).toEqual(['b#1'])
  expect(provenance.importedFrom).toBe('run_old')
  await expect(run({ imported: [{ ...imported[0]!, step: 'c' }] })).rejects.toMatchObject({ code: 'RUN_STEP_UNKNOWN' })
})
