import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Runner } from './api.ts'
import { sha256Hex } from './journal/sha256.ts'
import { settled } from './testing/fake-clock.ts'
import { scriptedExecutor, untilEnded } from './testing/scripted-executor.ts'
import type { Script } from './testing/scripted-executor.ts'
import { driverIdentity } from './leases/driver-identity.ts'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const fails: Script = () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no luck' } })

describe('resume', () => {
  it('goes on where a dead driver stopped, and runs again what was in flight', async () => {
    const first = await world.runner({ b: untilEnded })
    const handle = await first.start(scriptedPlan({ name: 'a' }, { name: 'b' }, { name: 'c' }))
    await settled()
    await world.orphan(handle.runId)
    expect((await first.view(handle.runId)).abandoned).toBe(true)
    const second = await world.runner()
    const resumed = await second.resume(handle.runId)
    expect((await resumed.result).status).toBe('completed')
    expect(second.begun).toEqual(['b#2', 'c#1'])
    expect(await second.verify(handle.runId)).toMatchObject({ ok: true })
    expect(await world.types(resumed.runId)).toContain('step.interrupted')
  })

  it('fences the driver that was thought dead', async () => {
    const first = await world.runner({ a: untilEnded })
    const handle = await first.start(scriptedPlan({ name: 'a' }))
    await settled()
    await world.orphan(handle.runId)
    handle.cancel({ by: 'late', reason: 'late' })
    await expect(handle.result).rejects.toMatchObject({ code: 'RUN_FENCED' })
  })

  it('prints the recorded result of a completed run and runs nothing', async () => {
    const first = await world.runner({ a: ({ context }) => context.set('a.x_v1', 1) })
    const handle = await first.start(scriptedPlan({ name: 'a' }))
    await handle.result
    const second = await world.runner()
    const resumed = await second.resume(handle.runId)
    expect((await resumed.result).context.get('a.x_v1')).toBe(1)
    expect(second.begun).toEqual([])
    expect(resumed.progress('a')).toBeNull()
    resumed.cancel({ by: 'x', reason: 'y' })
    const seen: string[] = []
    for await (const event of resumed.events()) seen.push(event.type)
    expect(seen.at(-1)).toBe('run.completed')
  })

  it.each([
    ['resume', async (run: Runner, runId: string) => (await (await run.resume(runId)).result).status, 'completed'],
    ['cancel', (run: Runner, runId: string) => run.cancel(runId, { by: 'bo', reason: 'stale' }), 'already_ended'],
  ])('%s leaves a run alone that its driver completed meanwhile', async (_, act, outcome) => {
    const first = await world.runner()
    const { runId, result } = await first.start(scriptedPlan({ name: 'a' }))
    await result
    const inner = world.store
    let asked = 0
    world.store = { ...inner, get: async (id) => ({ ...(await inner.get(id))!, ...(asked++ === 0 && { status: 'running' as const }) }) }
    const second = await world.runner()
    expect(await act(second, runId)).toBe(outcome)
    expect((await world.events(runId)).filter((event) => event.type === 'driver.started')).toHaveLength(1)
    expect((await world.store.lease(runId))?.driver).toBeNull()
  })

  it('runs again what failed, and what that blocked', async () => {
    const first = await world.runner({ b: fails })
    const handle = await first.start(scriptedPlan({ name: 'a' }, { name: 'b' }, { name: 'c' }))
    await handle.result
    const second = await world.runner()
    const result = await (await second.resume(handle.runId)).result
    expect(result.status).toBe('completed')
    expect(second.begun).toEqual(['b#2', 'c#1'])
    expect((await world.store.get(handle.runId))?.status).toBe('completed')
    expect(await world.store.attempts({ runId: handle.runId })).toHaveLength(4)
  })

  it('waits for a heartbeat that stands still, and takes the run', async () => {
    const first = await world.runner({ a: untilEnded })
    const handle = await first.start(scriptedPlan({ name: 'a' }))
    const lease = (await world.store.lease(handle.runId))!
    await world.store.takeLease(handle.runId, lease.epoch, { ...driverIdentity(), machine: 'elsewhere' })
    const second = await world.runner()
    const resuming = second.resume(handle.runId)
    await world.clock.advance(9000)
    expect(second.begun).toEqual([])
    await world.clock.advance(1500)
    expect((await (await resuming).result).status).toBe('completed')
  })

  it('leaves a run to a driver that lives', async () => {
    const first = await world.runner({ a: untilEnded })
    const handle = await first.start(scriptedPlan({ name: 'a' }))
    await expect(first.resume(handle.runId)).rejects.toMatchObject({ code: 'RUN_HELD', message: `This process drives run ${handle.runId} already.` })
    await expect(first.resume('run_x')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
  })

  it('says which code changed since', async () => {
    writeFileSync(join(world.workspace, 'step.mjs'), 'export default 1')
    const first = await world.runner({ a: fails }, { executors: [scriptedExecutor({ a: fails }, ['node'])] })
    const handle = await first.start(scriptedPlan({ name: 'a', type: 'node', module: './step.mjs', function: 'default' }))
    await handle.result
    expect(handle.changedCode).toEqual([])
    writeFileSync(join(world.workspace, 'step.mjs'), 'export default 2')
    const second = await world.runner({}, { executors: [scriptedExecutor({}, ['node'])] })
    const resumed = await second.resume(handle.runId)
    expect(resumed.changedCode).toEqual(['step.mjs'])
    await resumed.result
  })

  it('says whether the recipe changed since', async () => {
    const resumed = async (write: () => void): Promise<string | null> => {
      writeFileSync(join(world.workspace, 'r.yaml'), 'steps: []')
      const recipe = { path: 'r.yaml', sha256: sha256Hex('steps: []') }
      const { runId, result, changedRecipe } = await (await world.runner({ a: fails })).start(scriptedPlan({ name: 'a' }), { recipe })
      await result
      expect(changedRecipe).toBeNull()
      write()
      const again = await (await world.runner()).resume(runId)
      await again.result
      return again.changedRecipe
    }
    expect(await resumed(() => {})).toBeNull()
    expect(await resumed(() => writeFileSync(join(world.workspace, 'r.yaml'), 'steps: [{}]'))).toBe('r.yaml')
    expect(await resumed(() => rmSync(join(world.workspace, 'r.yaml')))).toBeNull()
  })

  it('refuses a journal that somebody changed', async () => {
    const first = await world.runner({ a: fails })
    const handle = await first.start(scriptedPlan({ name: 'a' }))
    await handle.result
    const inner = world.store
    world.store = {
      ...inner,
      async *read(runId, from) {
        for await (const lines of inner.read(runId, from)) yield lines.map((line) => line.replace('no luck', 'all good'))
      },
    }
    const second = await world.runner()
    expect(await second.verify(handle.runId)).toMatchObject({ ok: false, badSeq: 3, reason: expect.stringContaining('hash') as string })
    await expect(second.resume(handle.runId)).rejects.toMatchObject({ code: 'RUN_JOURNAL_BROKEN', fix: expect.stringContaining('restore a backup') as string })
    expect((await world.store.lease(handle.runId))?.driver).toBeNull()
  })
})

it('hands a step the same text of a value, whether the run was resumed before it or not', async () => {
  const seen: string[] = []
  const run = await world.runner({
    a: ({ context }) => context.set('a.x_v1', { id: 1, at: 2 }),
    b: ({ context }) => {
      seen.push(JSON.stringify(context.get('a.x_v1')))
      throw new Error('no')
    },
  })
  const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
  await handle.result
  await (await (await world.runner({ b: ({ context }) => void seen.push(JSON.stringify(context.get('a.x_v1'))) })).resume(handle.runId)).result
  expect(seen).toEqual(['{"at":2,"id":1}', '{"at":2,"id":1}'])
})
