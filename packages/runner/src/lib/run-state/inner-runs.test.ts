import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunHandle } from '../api.ts'
import type { Plan } from '../plan.ts'
import type { RunStore } from '../store.ts'
import { RunWorld, scriptedPlan, until, type ScriptedRunner } from '../run-world.fixture.ts'
import { settled } from '../testing/fake-clock.ts'
import { untilEnded } from '../testing/scripted-executor.ts'

const why = { by: 'ana', reason: 'maintenance' }
const other = { by: 'bob', reason: 'lunch' }

/** A run of a run of steps `a` and `b`. */
const plan = ((): Plan => {
  const leaf = { ...scriptedPlan({ name: 'a' }, { name: 'b' }), name: 'leaf' }
  const middle = { ...scriptedPlan({ name: 'deep', type: 'recipe', recipe: { plan: leaf } }), name: 'middle' }
  return scriptedPlan({ name: 'sub', type: 'recipe', recipe: { plan: middle } })
})()

describe('a pause of a run whose step is a run', () => {
  let world: RunWorld
  beforeEach(() => void (world = new RunWorld()))
  afterEach(() => world.remove())

  const idOf = async (name: string): Promise<string> => (await world.store.list({ name }))[0]!.runId
  const family = async (): Promise<string[]> => [await idOf('demo'), await idOf('middle'), await idOf('leaf')]
  const pauses = async (runner: ScriptedRunner) => {
    const views = await Promise.all((await family()).map((runId) => runner.view(runId)))
    return views.map(({ paused }) => paused?.reason)
  }
  const goesOn = async (runner: ScriptedRunner) => expect(await (await runner.resume(await idOf('demo'))).result).toMatchObject({ status: 'completed' })

  /** A run whose step `a` is at work, and how to let that step end. */
  async function begun() {
    let end!: () => void
    const ended = new Promise<void>((resolve) => (end = resolve))
    const runner = await world.runner({ a: () => ended })
    const handle = await runner.start(plan)
    await until(() => runner.begun.includes('a#1'))
    return { runner, handle, end }
  }

  /** A run whose process was killed while its step `a` was at work. */
  async function orphaned(steer?: (handle: RunHandle) => void) {
    const runner = await world.runner({ a: untilEnded })
    const handle = await runner.start(plan)
    await until(() => runner.begun.includes('a#1'))
    steer?.(handle)
    await settled()
    await runner.close()
    for (const runId of await family()) await world.orphan(runId)
    return world.runner()
  }

  it('holds that run as well, however deep, and the end of it lets go of both', async () => {
    const { runner, handle, end } = await begun()
    handle.pause(why)
    end()
    await settled()
    expect([runner.begun, await pauses(runner)]).toEqual([['a#1'], Array(3).fill('maintenance')])
    handle.unpause(other)
    expect(await handle.result).toMatchObject({ status: 'completed' })
    expect(runner.begun).toEqual(['a#1', 'b#1'])
    expect((await world.events(await idOf('leaf'))).filter(({ type }) => type.endsWith('paused'))).toMatchObject([why, other])
  })

  it('holds a run that is about to begin', async () => {
    const runner = await world.runner()
    const handle = await runner.start(plan)
    handle.pause(why)
    await settled()
    expect([runner.begun, await world.types(await idOf('middle'))]).toEqual([[], ['run.created', 'driver.started', 'run.paused']])
    handle.unpause(why)
    expect(await handle.result).toMatchObject({ status: 'completed' })
  })

  it('leaves alone what was paused by itself', async () => {
    const { runner, handle, end } = await begun()
    const leaf = await idOf('leaf')
    await runner.pause(leaf, other)
    await world.clock.advance(500)
    handle.pause(why)
    handle.unpause(why)
    end()
    await settled()
    expect([runner.begun, await pauses(runner)]).toEqual([['a#1'], [undefined, undefined, 'lunch']])
    await runner.unpause(leaf, other)
    await world.clock.advance(500)
    expect(await handle.result).toMatchObject({ status: 'completed' })
  })

  it('survives the process that drives them, and ends for all of them', async () => {
    const runner = await orphaned((handle) => handle.pause(why))
    expect(await pauses(runner)).toEqual(Array(3).fill('maintenance'))
    expect(await runner.unpause(await idOf('demo'), why)).toBe('done')
    expect(await pauses(runner)).toEqual([undefined, undefined, undefined])
    await goesOn(runner)
  })

  it('reaches them when nobody drives them, too', async () => {
    const runner = await orphaned()
    const [outer = '', , leaf = ''] = await family()
    await runner.pause(leaf, other)
    expect(await runner.pause(outer, why)).toBe('done')
    expect(await pauses(runner)).toEqual(['maintenance', 'maintenance', 'lunch'])
    await runner.unpause(outer, why)
    expect(await pauses(runner)).toEqual([undefined, undefined, 'lunch'])
    await runner.unpause(leaf, other)
    await goesOn(runner)
  })

  it('is refused and changes nothing where there is none to be ended', async () => {
    const runner = await orphaned()
    const [outer = '', middle = ''] = await family()
    await runner.pause(middle, why)
    await expect(runner.unpause(outer, why)).rejects.toMatchObject({ code: 'RUN_NOT_PAUSED' })
    expect(await pauses(runner)).toEqual([undefined, 'maintenance', 'maintenance'])
  })

  it('does not mind that one of them ends meanwhile', async () => {
    const runner = await orphaned()
    const [, middle = '', leaf = ''] = await family()
    expect(await runner.cancel(leaf, why)).toBe('cancelled')
    const get = world.store.get.bind(world.store)
    const store = { ...world.store, get: async (runId: string) => ({ ...(await get(runId))!, status: 'running' as const }) }
    expect(await (await world.runner({}, { store })).pause(middle, why)).toBe('done')
  })

  it('says so when it does not reach one of them', async () => {
    const runner = await orphaned()
    const [outer = '', middle = ''] = await family()
    const take = world.store.takeLease.bind(world.store)
    const unplugged = () => Promise.reject(new Error('the plug was pulled'))
    const store: RunStore = { ...world.store, takeLease: (runId, ...given) => (runId === middle ? unplugged() : take(runId, ...given)) }
    const failing = await world.runner({}, { store })
    await expect(failing.pause(outer, why)).rejects.toThrow('the plug was pulled')
    await runner.pause(middle, why)
    await expect(failing.unpause(outer, why)).rejects.toThrow('the plug was pulled')
    await runner.unpause(outer, why)
    expect(await pauses(runner)).toEqual([undefined, undefined, undefined])
  })

  it('that somebody else asks for once more changes nothing, where nobody drives them either: the end of it lets go of all', async () => {
    const runner = await orphaned()
    const demo = await idOf('demo')
    for (const who of [why, other]) expect(await runner.pause(demo, who)).toBe('done')
    expect(await pauses(runner)).toEqual(Array(3).fill('maintenance'))
    expect(await runner.unpause(demo, other)).toBe('done')
    expect(await pauses(runner)).toEqual(Array(3).fill(undefined))
    await goesOn(runner)
  })

  it('of the inner one keeps the step waiting, also in a resume', async () => {
    const runner = await orphaned()
    const [outer = '', , leaf = ''] = await family()
    await runner.pause(leaf, why)
    const { result } = await runner.resume(outer)
    await settled()
    expect([runner.begun, (await runner.view(outer)).status]).toEqual([[], 'running'])
    expect(await runner.unpause(leaf, why)).toBe('requested')
    await world.clock.advance(500)
    expect(await result).toMatchObject({ status: 'completed' })
    expect(runner.begun).toEqual(['a#2', 'b#1'])
  })
})

describe('a cancel of a run whose step is a run', () => {
  let world: RunWorld
  beforeEach(() => void (world = new RunWorld()))
  afterEach(() => world.remove())

  it('reaches that run, however deep, when nobody drives them; a resume goes on with all of them', async () => {
    const killed = await world.runner({ a: untilEnded })
    const { runId } = await killed.start(plan)
    await until(() => killed.begun.includes('a#1'))
    await killed.close()
    const family = (await world.store.list({})).map((run) => run.runId)
    for (const one of family) await world.orphan(one)
    const runner = await world.runner()
    expect(await runner.cancel(runId, why)).toBe('cancelled')
    expect((await world.store.list({})).map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect(await (await runner.resume(runId)).result).toMatchObject({ status: 'completed' })
    expect((await world.store.list({})).map((run) => run.runId)).toEqual(family)
  })
})
