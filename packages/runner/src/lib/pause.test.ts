import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'
import type { Plan } from './plan.ts'
import type { RunStore } from './store.ts'
import { settled } from './testing/fake-clock.ts'

const why = { by: 'ana', reason: 'lunch' }
let world: RunWorld

beforeEach(() => void (world = new RunWorld()))
afterEach(() => world.remove())

/** A step that ends when it is told to. */
function gate() {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, step: () => opened }
}

describe('pause', () => {
  it('lets what is in flight finish, starts nothing, and goes on when it is unpaused', async () => {
    const a = gate()
    const run = await world.runner({ a: a.step })
    const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
    handle.unpause(why)
    handle.pause(why)
    handle.pause(why)
    a.open()
    await settled()
    expect(run.begun).toEqual(['a#1'])
    expect(await run.view(handle.runId)).toMatchObject({ status: 'running', paused: { ...why, at: world.clock.now() } })
    handle.unpause(why)
    expect((await handle.result).status).toBe('completed')
    expect(await world.types(handle.runId)).toEqual([
      'run.created', 'driver.started', 'step.started', 'run.paused', 'step.completed', 'run.unpaused', 'step.started', 'step.completed', 'run.completed',
    ])
    expect((await run.view(handle.runId)).paused).toBeNull()
  })

  it('that the runner asks for is heeded at once where it drives the run itself', async () => {
    const a = gate()
    const run = await world.runner({ a: a.step })
    const { runId, result } = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
    expect(await run.pause(runId, why)).toBe('requested')
    await settled()
    a.open()
    await settled()
    expect(run.begun).toEqual(['a#1'])
    expect(await run.unpause(runId, why)).toBe('requested')
    expect((await result).status).toBe('completed')
  })

  it('keeps retries waiting', async () => {
    const run = await world.runner({ a: ({ number }) => void (number === 1 && expect.fail('no luck')) })
    const retry = { max: 2, delayMs: 1000, backoff: 'fixed' as const, factor: 1, maxDelayMs: 1000, jitter: 0 }
    const handle = await run.start(scriptedPlan({ name: 'a', retry }))
    await settled()
    handle.pause(why)
    await world.clock.advance(5000)
    expect(run.begun).toEqual(['a#1'])
    handle.unpause(why)
    expect((await handle.result).status).toBe('completed')
  })

  it('reaches a driver in another process through the inbox', async () => {
    const a = gate()
    const run = await world.runner({ a: a.step })
    const { runId, result } = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
    expect(await run.pause(runId, why)).toBe('requested')
    await world.clock.advance(500)
    a.open()
    await settled()
    expect(run.begun).toEqual(['a#1'])
    expect(await run.unpause(runId, why)).toBe('requested')
    await world.clock.advance(500)
    expect((await result).status).toBe('completed')
  })

  it('is heeded once, however long it takes to become durable', async () => {
    const disk = gate()
    let isSlow = false
    const commit: RunStore['commit'] = async (batches) => {
      if (isSlow) await disk.step()
      return world.store.commit(batches)
    }
    const run = await world.runner({ a: () => new Promise(() => {}) }, { store: { ...world.store, commit } })
    const { runId } = await run.start(scriptedPlan({ name: 'a' }))
    isSlow = true
    for (const type of ['pause', 'unpause'] as const) await world.store.send(runId, { type, ...why })
    await world.clock.advance(1500)
    disk.open()
    await settled()
    expect((await world.types(runId)).slice(3)).toEqual(['run.paused', 'run.unpaused'])
    expect(await world.store.inbox(runId)).toEqual([])
  })

  it('survives its driver, and keeps the run from being resumed until it is unpaused', async () => {
    const first = await world.runner({ a: () => new Promise(() => {}) })
    const { runId } = await first.start(scriptedPlan({ name: 'a' }))
    await world.orphan(runId)
    const run = await world.runner()
    expect(await run.pause(runId, why)).toBe('done')
    await expect(run.resume(runId)).rejects.toMatchObject({ code: 'RUN_PAUSED', fix: `lorc unpause ${runId}` })
    expect(await run.unpause(runId, why)).toBe('done')
    expect((await (await run.resume(runId)).result).status).toBe('completed')
  })

  it('that its driver had not come to when it died is over with the unpause after it', async () => {
    const first = await world.runner({ a: () => new Promise(() => {}) })
    const { runId } = await first.start(scriptedPlan({ name: 'a' }))
    const run = await world.runner()
    expect(await run.pause(runId, why)).toBe('requested')
    await world.orphan(runId)
    expect(await run.unpause(runId, why)).toBe('done')
    const next = await world.runner({ a: () => new Promise(() => {}) })
    await next.resume(runId)
    await world.clock.advance(500)
    expect((await next.view(runId)).paused).toBeNull()
  })

  it('comes before the first step of a run that waited to be begun, and before the next of one whose driver died', async () => {
    const other = await world.runner()
    const run = await world.runner()
    const { runId } = await run.accept(scriptedPlan({ name: 'a' }, { name: 'b' }))
    expect(await other.pause(runId, why)).toBe('requested')
    await run.begin(runId)
    await settled()
    expect(await world.types(runId)).toEqual(['run.created', 'driver.started', 'run.paused'])
    expect(await other.unpause(runId, why)).toBe('requested')
    expect(await other.pause(runId, why)).toBe('requested')
    await world.orphan(runId)
    await expect(other.resume(runId)).rejects.toMatchObject({ code: 'RUN_PAUSED' })
    const left = await run.accept(scriptedPlan({ name: 'a' }))
    expect(await other.pause(left.runId, why)).toBe('requested')
    await world.orphan(left.runId)
    await other.resume(left.runId)
    await settled()
    expect(await world.types(left.runId)).toEqual(['run.created', 'driver.started', 'run.paused'])
    expect([...run.begun, ...other.begun]).toEqual([])
  })

  it('is over where its driver died before it came to the unpause, unless it is asked for once more', async () => {
    const first = await world.runner({ a: () => new Promise(() => {}) })
    const { runId } = await first.start(scriptedPlan({ name: 'a' }))
    await first.pause(runId, why)
    await settled()
    const run = await world.runner()
    expect(await run.unpause(runId, why)).toBe('requested')
    await world.orphan(runId)
    expect(await run.pause(runId, why)).toBe('done')
    await expect(run.resume(runId)).rejects.toMatchObject({ code: 'RUN_PAUSED' })
    await world.store.send(runId, { type: 'unpause', ...why })
    expect((await (await run.resume(runId)).result).status).toBe('completed')
  })

  it('is no hindrance to a cancel', async () => {
    const first = await world.runner({ a: () => new Promise(() => {}) })
    const { runId } = await first.start(scriptedPlan({ name: 'a' }))
    await world.orphan(runId)
    const run = await world.runner()
    await run.pause(runId, why)
    expect(await run.cancel(runId, why)).toBe('cancelled')
  })

  it('that its driver had not come to is none to what a cancel cleans up', async () => {
    const first = await world.runner({ a: () => new Promise(() => {}) })
    const { runId } = await first.start(scriptedPlan({ name: 'a' }, { name: 'c', phase: 'always', stage: 0 }, { name: 'd', phase: 'always', stage: 1 }))
    const c = gate()
    const run = await world.runner({ c: c.step })
    expect(await run.pause(runId, why)).toBe('requested')
    await world.orphan(runId)
    const cancelled = run.cancel(runId, why)
    await world.clock.advance(500)
    expect((await run.view(runId)).cancelling).toEqual({ by: why.by, reason: why.reason })
    c.open()
    expect(await cancelled).toBe('cancelled')
    expect((await run.view(runId)).cancelling).toBeNull()
  })

  it.each(['pause', 'cancel', 'approve'] as const)('or %s of a run that somebody takes at the same moment is told to whoever has it', async (what) => {
    const plan: Plan = { ...scriptedPlan(), steps: [{ name: 'ask', type: 'approval', stage: 0, approval: { message: 'Go?' } }] }
    const { runId } = await (await world.runner()).start(plan)
    await world.orphan(runId)
    const driver = await world.runner()
    let isFirst = true
    const takeLease: RunStore['takeLease'] = async (...lease) => {
      if (isFirst) await driver.resume(runId)
      isFirst = false
      return world.store.takeLease(...lease)
    }
    const run = await world.runner({}, { store: { ...world.store, takeLease } })
    const asked = what === 'approve' ? run.approve(runId, 'ask', { approved: true, ...why }) : run[what](runId, why)
    await world.clock.advance(100)
    expect(await asked).toBe('requested')
    expect(await world.store.inbox(runId)).toMatchObject([{ type: what, ...why }])
  })

  it('is refused for a run that has ended, and unpause for one that goes on', async () => {
    const run = await world.runner()
    const { runId, result } = await run.start(scriptedPlan({ name: 'a' }))
    await result
    await expect(run.pause(runId, why)).rejects.toMatchObject({ code: 'RUN_ENDED' })
    await expect(run.unpause(runId, why)).rejects.toMatchObject({ code: 'RUN_ENDED' })
    await expect(run.pause('run_x', why)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
    const waiting = await (await world.runner({ a: () => new Promise(() => {}) })).start(scriptedPlan({ name: 'a' }))
    await expect(run.unpause(waiting.runId, why)).rejects.toMatchObject({ code: 'RUN_NOT_PAUSED' })
  })

  it.each(['pause', 'cancel'] as const)('or a %s that came too late for its driver is none of the run that goes on after its end', async (what) => {
    const a = gate()
    const fails = () => a.step().then(() => Promise.reject(new Error('no luck')))
    const { runId, result } = await (await world.runner({ a: fails })).start(scriptedPlan({ name: 'a' }))
    expect(await (await world.runner())[what](runId, why)).toBe('requested')
    a.open()
    expect((await result).status).toBe('failed')
    const run = await world.runner({ a: () => new Promise(() => {}) })
    await run.resume(runId)
    await world.clock.advance(500)
    expect(await world.types(runId)).not.toContainEqual(expect.stringMatching(/paused|cancel/))
    expect(await run.pause(runId, why)).toBe('requested')
    await world.clock.advance(500)
    expect((await run.view(runId)).paused).toMatchObject(why)
  })

  it('does nothing to a run that needs no driving', async () => {
    const run = await world.runner()
    const { runId, result } = await run.start(scriptedPlan({ name: 'a' }))
    await result
    const ended = await run.resume(runId)
    ended.pause(why)
    ended.unpause(why)
    expect(() => ended.approve('a', { approved: true, ...why })).toThrow(expect.objectContaining({ code: 'APPROVAL_UNKNOWN' }) as Error)
    expect(await world.types(runId)).not.toContain('run.paused')
  })
})
