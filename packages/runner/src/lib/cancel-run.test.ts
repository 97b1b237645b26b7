import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settled } from './testing/fake-clock.ts'
import { untilEnded } from './testing/scripted-executor.ts'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

describe('cancel', () => {
  it('ends what runs, starts nothing more, and records it', async () => {
    const run = await world.runner({ a: untilEnded })
    const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
    await settled()
    handle.cancel({ by: 'ana', reason: 'wrong data' })
    handle.cancel({ by: 'ana', reason: 'again' })
    const result = await handle.result
    expect(result).toMatchObject({ status: 'cancelled', error: { code: 'RUN_CANCELLED', message: expect.stringContaining('wrong data') as string } })
    expect(result.steps.map((step) => step.status)).toEqual(['cancelled', 'blocked'])
  })

  it('comes too late once the end is recorded, though not yet durable', async () => {
    const inner = world.store
    const late: { cancel?: () => void } = {}
    world.store = {
      ...inner,
      commit: (batches) => {
        if (batches.some((batch) => batch.ended)) late.cancel?.()
        return inner.commit(batches)
      },
    }
    const run = await world.runner()
    const handle = await run.start(scriptedPlan({ name: 'a' }))
    late.cancel = () => handle.cancel({ by: 'ana', reason: 'wrong data' })
    expect((await handle.result).status).toBe('completed')
    await settled()
    expect((await world.types(handle.runId)).at(-1)).toBe('run.completed')
  })

  it('follows an AbortSignal, also one that was aborted before', async () => {
    const run = await world.runner({ a: untilEnded })
    const controller = new AbortController()
    const handle = await run.start(scriptedPlan({ name: 'a' }), { signal: controller.signal })
    controller.abort(new Error('enough'))
    expect(await handle.result).toMatchObject({ status: 'cancelled', error: { message: 'The run was cancelled by signal: enough' } })
    const late = await run.start(scriptedPlan({ name: 'b' }), { signal: controller.signal })
    expect((await late.result).status).toBe('cancelled')
    expect(run.begun).toEqual(['a#1'])
  })

  it('reaches the driver in another process through the inbox', async () => {
    const run = await world.runner({ a: untilEnded })
    const handle = await run.start(scriptedPlan({ name: 'a' }))
    const elsewhere = await world.runner()
    expect(await elsewhere.cancel(handle.runId, { by: 'bo', reason: 'stop' })).toBe('requested')
    await world.clock.advance(1000)
    expect((await handle.result).status).toBe('cancelled')
    expect(await world.store.inbox(handle.runId)).toEqual([])
    expect(await elsewhere.cancel(handle.runId, { by: 'bo', reason: 'stop' })).toBe('already_ended')
    await expect(elsewhere.cancel('run_x', { by: 'bo', reason: '' })).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
  })

  it('takes a run that nobody drives and cancels it', async () => {
    const run = await world.runner({ a: untilEnded })
    const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
    await world.orphan(handle.runId)
    const other = await world.runner()
    expect(await other.cancel(handle.runId, { by: 'bo', reason: 'stale' })).toBe('cancelled')
    expect(other.begun).toEqual([])
    expect((await other.view(handle.runId)).status).toBe('cancelled')
  })
})
