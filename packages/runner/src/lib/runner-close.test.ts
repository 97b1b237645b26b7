import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StepExecutor } from './executor.ts'
import type { RunStore } from './store.ts'
import { RunnerError } from './errors.ts'
import { settled } from './testing/fake-clock.ts'
import { untilEnded } from './testing/scripted-executor.ts'
import type { Script } from './testing/scripted-executor.ts'
import { driverIdentity } from './leases/driver-identity.ts'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const fails: Script = () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no luck' } })

describe('close', () => {
  it('leaves runs resumable and refuses what comes later', async () => {
    const run = await world.runner({ a: untilEnded })
    const handle = await run.start(scriptedPlan({ name: 'a' }))
    await settled()
    await Promise.all([run.close(), run.close()])
    await expect(handle.result).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
    const other = await world.runner()
    expect((await (await other.resume(handle.runId)).result).status).toBe('completed')
    await expect(run.start(scriptedPlan({ name: 'a' }))).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
    await expect(run.begin(handle.runId)).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
  })
})

it.each<[string, () => Promise<void>]>([
  ['rejects', () => Promise.reject(new Error('no way to end'))],
  ['throws', () => { throw new Error('no way to end') }],
])('lets go of its runs, and closes all else, where the close of an executor %s', async (_, close) => {
  const closed: string[] = []
  const odd = (type: string, end: () => Promise<void>): StepExecutor => ({ types: [type], execute: () => ({ status: 'ok', outputs: null }), close: end })
  const waiting: StepExecutor = { types: ['scripted'], execute: () => new Promise(() => {}), close }
  const run = await world.runner({}, { executors: [waiting, odd('other', async () => void closed.push('other'))] })
  const { runId } = await run.start(scriptedPlan({ name: 'a' }))
  await settled()
  await expect(run.close()).rejects.toThrow('no way to end')
  expect(closed).toEqual(['other'])
  expect(await world.store.lease(runId)).toMatchObject({ driver: null })
  expect(world.clock.nextIn).toBeUndefined()
})

it('begins nothing of a run that was on its way when it is closed', async () => {
  const run = await world.runner()
  const { runId } = await run.accept(scriptedPlan({ name: 'a' }))
  const left = await run.accept(scriptedPlan({ name: 'a' }))
  await world.orphan(left.runId)
  const ways = [run.begin(runId), run.resume(left.runId), run.start(scriptedPlan({ name: 'a' }))]
  const closing = run.close({ settleMs: 5000 })
  expect((await Promise.allSettled(ways)).map((way) => way.status === 'rejected' && (way.reason as RunnerError).code)).toEqual(['RUNNER_CLOSED', 'RUNNER_CLOSED', 'RUNNER_CLOSED'])
  await world.clock.advance(5000)
  await closing
  expect(run.begun).toEqual([])
  expect(await world.store.list()).toHaveLength(2)
  const other = await world.runner()
  for (const one of [runId, left.runId]) expect((await (await other.resume(one)).result).status).toBe('completed')
})

it.each(['resume', 'begin'] as const)('is closed only once it has let go of a run that %s was about to take: the store may be closed next', async (way) => {
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const inbox: RunStore['inbox'] = async (runId) => {
    asked.resolve()
    await gate.promise
    return world.store.inbox(runId)
  }
  let isClosed = false
  const open = (): void => {
    if (isClosed) throw new RunnerError('STORE_CLOSED', 'closed')
  }
  const releaseLease: RunStore['releaseLease'] = async (...lease) => (open(), world.store.releaseLease(...lease))
  const releaseLeases: RunStore['releaseLeases'] = async (held) => (open(), world.store.releaseLeases(held))
  const run = await world.runner({}, { store: { ...world.store, inbox, releaseLease, releaseLeases } })
  const { runId } = await (way === 'begin' ? run : await world.runner()).accept(scriptedPlan({ name: 'a' }))
  if (way === 'resume') await world.orphan(runId)
  const opening = run[way](runId)
  await asked.promise
  const closing = run.close().then(() => (isClosed = true))
  await settled()
  gate.resolve()
  await expect(opening.then(({ result }) => result)).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
  await closing
  expect((await world.store.lease(runId))?.driver).toBeNull()
})

it('is closed only once a lease that it was about to take is back, or was not taken', async () => {
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const takeLease: RunStore['takeLease'] = async (...lease) => {
    asked.resolve()
    await gate.promise
    return world.store.takeLease(...lease)
  }
  const { runId } = await (await world.runner()).accept(scriptedPlan({ name: 'a' }))
  await world.orphan(runId)
  const run = await world.runner({}, { store: { ...world.store, takeLease } })
  const taking = run.resume(runId)
  await asked.promise
  let isClosed = false
  const closing = run.close().then(() => (isClosed = true))
  await settled()
  expect(isClosed).toBe(false)
  gate.resolve()
  await expect(taking).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
  await closing
  const { epoch, driver } = (await world.store.lease(runId))!
  expect(driver).toBeNull()
  await world.store.takeLease(runId, epoch, { ...driverIdentity(), machine: 'elsewhere' })
  const other = await world.runner()
  const waiting = expect(other.resume(runId)).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
  await settled()
  const done = other.close()
  await world.clock.advance(1000)
  await Promise.all([waiting, done])
})

describe('a start that meets the end of its runner', () => {
  it('is one where the run became durable: it is there, begins nothing, and whoever comes next goes on with it', async () => {
    const gate = Promise.withResolvers<void>()
    const commit: RunStore['commit'] = async (batches) => {
      await gate.promise
      return world.store.commit(batches)
    }
    const run = await world.runner({}, { store: { ...world.store, commit } })
    const starting = run.start(scriptedPlan({ name: 'a' }))
    await settled()
    const closing = run.close()
    await settled()
    gate.resolve()
    const { runId, result } = await starting
    await closing
    await expect(result).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
    expect(run.begun).toEqual([])
    expect(await world.store.lease(runId)).toMatchObject({ epoch: 1, driver: null })
    expect((await (await (await world.runner()).resume(runId)).result).status).toBe('completed')
  })

  it('is none where nothing was begun, and leaves nothing behind', async () => {
    const asked = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const attempts: RunStore['attempts'] = async (filter) => {
      asked.resolve()
      await gate.promise
      return world.store.attempts(filter)
    }
    const run = await world.runner({}, { store: { ...world.store, attempts }, concurrency: 1 })
    const starting = run.start(scriptedPlan({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }))
    await asked.promise
    const closing = run.close()
    gate.resolve()
    await expect(starting).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
    await closing
    expect(await world.store.list()).toEqual([])
  })
})

it('leaves no timer behind when it is closed', async () => {
  const run = await world.runner({ a: untilEnded, b: fails })
  const retry = { max: 2, delayMs: 60_000, backoff: 'fixed' as const, factor: 1, maxDelayMs: 60_000, jitter: 0 }
  const plan = scriptedPlan({ name: 'a', stage: 0, timeoutMs: 60_000 }, { name: 'b', stage: 0, retry })
  await run.start({ ...plan, timeoutMs: 60_000 })
  await settled()
  expect(world.clock.nextIn).toBeDefined()
  await run.close()
  expect(world.clock.nextIn).toBeUndefined()
})
