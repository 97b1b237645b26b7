import { describe, expect, it } from 'vitest'
import type { RunnerOptions, StartOptions } from '../api.ts'
import type { StepExecutor } from '../executor.ts'
import type { Plan } from '../plan.ts'
import { systemClock } from '../clock.ts'
import { createRunner } from '../create-runner.ts'
import { createMemoryStore } from '../stores/memory.ts'
import type { RunStore } from '../store.ts'

const plan: Plan = {
  lorc: 1,
  name: 'p',
  params: { type: 'object', properties: { n: { type: 'integer', default: 1 } } },
  steps: [{ name: 'a', type: 'fake', stage: 0 }, { name: 'b', type: 'fake', stage: 1 }],
}

async function setup({ execute: own, ...options }: Partial<RunnerOptions> & { execute?: StepExecutor['execute'] } = {}) {
  const store = options.store ?? createMemoryStore()
  const ran: string[] = []
  const execute: StepExecutor['execute'] = (attempt) => {
    ran.push(`${attempt.step.name}@${attempt.runId}`)
    return own?.(attempt) ?? { status: 'ok', outputs: null }
  }
  const executors = [{ types: ['fake'], execute, close: () => Promise.resolve() }]
  const runner = await createRunner({ workspace: process.cwd(), leaseMs: 200, ...options, store, executors })
  const types = async (runId: string) => {
    const found: string[] = []
    for await (const event of runner.events(runId)) found.push(event.type)
    return found
  }
  return { store, runner, ran, types }
}

describe('a run that was accepted', () => {
  it('is durable and not driven until it is begun', async () => {
    const { runner, ran, types } = await setup()
    const { runId } = await runner.accept(plan, { params: { n: 3 } })
    expect(await types(runId)).toEqual(['run.created'])
    expect(await runner.store.get(runId)).toMatchObject({ status: 'running', accepted: true, name: 'p' })
    expect(await runner.view(runId)).toMatchObject({ abandoned: false, params: { n: 3 } })
    expect(ran).toEqual([])
    const { status } = await (await runner.begin(runId)).result
    expect(status).toBe('completed')
    expect(ran).toEqual([`a@${runId}`, `b@${runId}`])
    expect((await types(runId)).slice(0, 3)).toEqual(['run.created', 'driver.started', 'step.started'])
    expect(await runner.verify(runId)).toMatchObject({ ok: true })
    await expect(runner.begin(runId)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
    await runner.close()
  })

  it('was created at the time that its list has, as one that is started', async () => {
    let time = 0
    const { runner, store } = await setup({ clock: { ...systemClock, now: () => (time += 5) } })
    const accepted = await runner.accept(plan)
    const started = await runner.start(plan)
    await started.result
    for (const { runId } of [accepted, started]) expect((await runner.view(runId)).createdAt).toBe((await store.get(runId))?.createdAt)
    await runner.close()
  })

  it('has its choices of steps on record before it begins', async () => {
    const store = createMemoryStore()
    const first = await setup({ store })
    const { runId } = await first.runner.accept(plan, { skip: ['a'] })
    expect(await first.types(runId)).toEqual(['run.created', 'steps.skipped'])
    await first.runner.close()
    const second = await setup({ store })
    await (await second.runner.resume(runId)).result
    expect(second.ran).toEqual([`b@${runId}`])
    await second.runner.close()
  })

  it('is left to others when the runner is closed, a thousand at once too', async () => {
    const store = createMemoryStore()
    const first = await setup({ store })
    const ids = await Promise.all(Array.from({ length: 1200 }, async () => (await first.runner.accept(plan)).runId))
    const last = ids.at(-1)!
    expect(await (await first.runner.begin(last)).result).toMatchObject({ status: 'completed' })
    expect(first.ran).toEqual([`a@${last}`, `b@${last}`])
    await first.runner.close()
    expect((await store.lease(ids[0]!))?.driver).toBeNull()
    expect((await store.lease(ids[1100]!))?.driver).toBeNull()
    await expect(first.runner.accept(plan)).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
    const second = await setup({ store })
    expect(await (await second.runner.resume(ids[0]!)).result).toMatchObject({ status: 'completed' })
    await second.runner.close()
  })

  it('is left to others where the runner is closed while it becomes durable', async () => {
    const kept = createMemoryStore()
    const gate = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const commit: RunStore['commit'] = async (batches) => {
      asked.resolve()
      await gate.promise
      return kept.commit(batches)
    }
    const { runner } = await setup({ store: { ...kept, commit } })
    const accepting = runner.accept(plan)
    await asked.promise
    const closing = runner.close()
    await new Promise((resolve) => setImmediate(resolve))
    gate.resolve()
    const { runId } = await accepting
    await closing
    expect(await kept.lease(runId)).toMatchObject({ epoch: 1, driver: null })
  })

  it('is begun by a resume, and once', async () => {
    const { runner, ran } = await setup()
    const { runId } = await runner.accept(plan)
    await (await runner.resume(runId)).result
    expect(ran).toHaveLength(2)
    await expect(runner.begin(runId)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
    await runner.close()
  })

  it('is cancelled before anything of it runs, here and by another process', async () => {
    const store = createMemoryStore()
    const { runner, ran } = await setup({ store })
    const { runId } = await runner.accept(plan)
    expect(await runner.cancel(runId, { by: 'ann', reason: 'no' })).toBe('cancelled')
    const other = await setup({ store })
    const { runId: second } = await runner.accept(plan)
    expect(await other.runner.cancel(second, { by: 'ann', reason: 'no' })).toBe('requested')
    expect(await (await runner.begin(second)).result).toMatchObject({ status: 'cancelled' })
    expect(ran).toEqual([])
    await other.runner.close()
    await runner.close()
  })

  it('is refused as a start is, and leaves nothing behind', async () => {
    const { runner, store } = await setup()
    await expect(runner.accept(plan, { params: { n: 'x' } })).rejects.toMatchObject({ code: 'PARAMS_INVALID' })
    await expect(runner.accept(plan, { only: ['z'] })).rejects.toMatchObject({ code: 'RUN_STEP_UNKNOWN' })
    await expect(runner.accept({ ...plan, steps: [{ name: 'a', type: 'none', stage: 0 }] })).rejects.toMatchObject({ code: 'STEP_NO_EXECUTOR' })
    expect(await store.list()).toEqual([])
    const failing: RunStore = { ...createMemoryStore(), commit: () => Promise.reject(new Error('full')) }
    const { runner: other } = await setup({ store: failing })
    await expect(other.accept(plan)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await runner.close()
  })

  it('gives its lease up where it cannot be begun', async () => {
    const store = createMemoryStore()
    const { runner } = await setup({ store })
    const { runId } = await runner.accept(plan)
    const commit = store.commit
    store.commit = () => Promise.reject(new Error('full'))
    await expect(runner.begin(runId)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    store.commit = commit
    expect((await store.lease(runId))?.driver).toBeNull()
    await runner.close()
  })
})

describe('closing', () => {
  it('lets what is under way end, begins nothing more, and leaves the rest to a resume', async () => {
    const store = createMemoryStore()
    const gate = Promise.withResolvers<void>()
    const first = await setup({ store, execute: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) })
    const { runId } = await first.runner.start(plan)
    await expect.poll(() => first.ran).toHaveLength(1)
    const closed = first.runner.close({ settleMs: 60_000 })
    gate.resolve()
    await closed
    expect(first.ran).toEqual([`a@${runId}`])
    const second = await setup({ store })
    expect(await second.types(runId)).toEqual(['run.created', 'driver.started', 'step.started', 'step.completed'])
    await (await second.runner.resume(runId)).result
    expect(second.ran).toEqual([`b@${runId}`])
    await second.runner.close({ settleMs: 60_000 })
  })

  it('ends what takes too long, which is run again', async () => {
    const store = createMemoryStore()
    const first = await setup({ store, execute: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ status: 'error', error: { code: 'STEP_CANCELLED', message: 'ended' } }))) })
    const { runId } = await first.runner.start(plan)
    await expect.poll(() => first.ran).toHaveLength(1)
    await first.runner.close({ settleMs: 20 })
    const second = await setup({ store })
    await (await second.runner.resume(runId)).result
    expect(await second.types(runId)).toContain('step.interrupted')
    await second.runner.close()
  })

  it('tells what is under way', async () => {
    const gate = Promise.withResolvers<void>()
    const { runner, ran } = await setup({ execute: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) })
    const handle = await runner.start(plan)
    await expect.poll(() => ran).toHaveLength(1)
    expect(handle.inFlight).toBe(1)
    gate.resolve()
    await handle.result
    expect(handle.inFlight).toBe(0)
    await runner.close()
  })
})

describe('an idempotency key', () => {
  const key = (fingerprint: string): Pick<StartOptions, 'idempotency'> => ({ idempotency: { key: 'k', fingerprint } })

  it('makes one run, however often and in whichever way it is asked for', async () => {
    const { runner, store } = await setup()
    const { runId } = await runner.accept(plan, key('f1'))
    await expect(runner.accept(plan, key('f1'))).rejects.toMatchObject({ code: 'RUN_KEY_TAKEN', details: { runId } })
    await expect(runner.start(plan, key('f2'))).rejects.toMatchObject({ code: 'RUN_KEY_TAKEN', details: { runId } })
    expect((await store.list()).map((run) => [run.runId, run.idempotency])).toEqual([[runId, { key: 'k', fingerprint: 'f1' }]])
    await runner.close()
  })

  it('is taken also while the run of it is being made', async () => {
    const store: RunStore = { ...createMemoryStore(), commit: (batches) => batches.map(() => 'exists') }
    const { runner } = await setup({ store })
    await expect(runner.accept(plan, key('f'))).rejects.toMatchObject({ code: 'RUN_KEY_TAKEN', message: expect.stringContaining('being made') as unknown })
    await runner.close()
  })
})
