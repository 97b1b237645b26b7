import { createMemoryStore, createRunner, type DriverIdentity } from '@lorc/runner'
import { TestClock } from '@lorc/runner/testing'
import { expect, it, onTestFinished } from 'vitest'
import { scratch } from '../service.fixture.ts'
import { LeftRuns } from './left-runs.ts'

/** As a container leaves it that was killed: nobody here can tell whether its process still is. */
const elsewhere: DriverIdentity = { id: 'other', pid: 1, startTime: '1', machine: 'another container' }

async function place() {
  const clock = new TestClock()
  const store = createMemoryStore()
  const runner = await createRunner({ workspace: await scratch({ 'a.sh': '' }), store, clock, leaseMs: 10_000 })
  const found: string[] = []
  const logged: string[] = []
  const ours = new Set<string>()
  const log = (level: string, message: string): void => void logged.push(`${level}: ${message}`)
  const left = new LeftRuns({ runner, clock, log }, { isOurs: (runId) => ours.has(runId), found: (runId) => void (found.push(runId), ours.add(runId)) })
  onTestFinished(async () => {
    left.close()
    await runner.close()
  })
  /** A run that a service somewhere took in. */
  const taken = async (runId: string, driver: DriverIdentity | null): Promise<void> => {
    await runner.accept({ lorc: 1, name: 'one', steps: [{ name: 'a', type: 'shell', script: 'a.sh', stage: 0 }] }, { runId })
    await store.releaseLease(runId, 1)
    if (driver) await store.takeLease(runId, 1, driver)
  }
  return { clock, store, runner, left, found, logged, taken, ours }
}

it('finds at once what nobody holds, those that were taken in first first, and what is ours not', async () => {
  const { left, found, taken, ours } = await place()
  for (const runId of ['run_1', 'run_2', 'run_3']) await taken(runId, null)
  ours.add('run_2')
  expect(await left.search()).toBe(2)
  expect(found).toEqual(['run_1', 'run_3'])
})

it('leaves alone what has come into our hands while it searched', async () => {
  const { runner, left, found, taken, ours } = await place()
  for (const runId of ['run_1', 'run_2']) await taken(runId, null)
  const isDriven = runner.isDriven.bind(runner)
  runner.isDriven = (runId) => {
    if (runId === 'run_1') ours.add('run_2')
    return isDriven(runId)
  }
  expect(await left.search()).toBe(1)
  expect(found).toEqual(['run_1'])
})

it('finds what a driver of another container left once that was silent for the time of its lease', async () => {
  const { clock, left, found, logged, taken } = await place()
  for (const runId of ['run_1', 'run_2']) await taken(runId, elsewhere)
  expect(await left.search()).toBe(0)
  await clock.advance(9000)
  expect(found).toEqual([])
  await clock.advance(2000)
  expect(found).toEqual(['run_1', 'run_2'])
  expect(logged).toEqual(['info: 2 runs that nobody drove any more will go on'])
})

it('leaves alone what lives elsewhere, until that gives it up', async () => {
  const { clock, store, left, found, taken } = await place()
  await taken('run_1', elsewhere)
  const stop = store.startHeartbeat(elsewhere, 1)
  await left.search()
  for (let i = 0; i < 6; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    await clock.advance(5000)
  }
  expect(found).toEqual([])
  await stop()
  await store.releaseLease('run_1', 2)
  await clock.advance(5000)
  expect(found).toEqual(['run_1'])
})

it('forgets what has ended elsewhere', async () => {
  const { clock, runner, left, found, taken } = await place()
  await taken('run_1', elsewhere)
  await left.search()
  await clock.advance(5000)
  const { get } = runner.store
  runner.store.get = async (runId) => ({ ...(await get(runId))!, status: 'completed' })
  await clock.advance(5000)
  await clock.advance(0)
  expect(found).toEqual([])
  expect(clock.nextIn).toBeGreaterThan(20_000)
})

it('looks once a minute for what others have taken in since, and not again for what cannot be driven here', async () => {
  const { clock, left, found, taken, ours } = await place()
  expect(await left.search()).toBe(0)
  await taken('run_1', null)
  await clock.advance(59_000)
  expect(found).toEqual([])
  await clock.advance(2000)
  expect(found).toEqual(['run_1'])
  ours.clear()
  left.refuse('run_1')
  await clock.advance(120_000)
  expect(found).toEqual(['run_1'])
})

it('finds a paused one again once it is not paused any more', async () => {
  const { clock, runner, left, found, taken, ours } = await place()
  const why = { by: 'ann', reason: 'x' }
  await taken('run_1', null)
  await runner.pause('run_1', why)
  await left.search()
  ours.clear()
  left.pause('run_1')
  await clock.advance(120_000)
  expect(found).toEqual(['run_1'])
  await runner.unpause('run_1', why)
  await clock.advance(61_000)
  expect(found).toEqual(['run_1', 'run_1'])
})

it('says that it cannot look, and looks again', async () => {
  const { clock, runner, left, found, logged, taken } = await place()
  await left.search()
  await taken('run_1', null)
  const { list } = runner.store
  runner.store.list = () => Promise.reject(new Error('no disk'))
  await clock.advance(61_000)
  expect(logged).toEqual(['error: runs that nobody drives cannot be looked for'])
  runner.store.list = list
  await clock.advance(61_000)
  expect(found).toEqual(['run_1'])
})

it('looks soon at a run whose driver has let go of it', async () => {
  const { clock, left, found, taken } = await place()
  await left.search()
  await taken('run_1', null)
  left.expect('run_1')
  await clock.advance(5000)
  expect(found).toEqual(['run_1'])
})

it('ends', async () => {
  const { clock, left, taken, found } = await place()
  await left.search()
  left.close()
  await taken('run_1', null)
  expect(await left.search()).toBe(0)
  await clock.advance(200_000)
  expect(found).toEqual([])
})

