import { createMemoryStore, createRunner, type Plan } from '@lorc/runner'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scratch } from '../service.fixture.ts'
import { LensKeeper } from './lens-keeper.ts'

class FakeClock {
  now = 0
  #wake: (() => void) | undefined

  monotonic(): number {
    return this.now
  }

  sleep(_: number, wake: () => void): () => void {
    this.#wake = wake
    return () => (this.#wake = undefined)
  }

  get isAwaited(): boolean {
    return this.#wake !== undefined
  }

  pass(ms: number): void {
    this.now += ms
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

async function keeperOf(runs: number) {
  const store = createMemoryStore()
  const done = { types: ['test'], execute: () => ({ status: 'ok', outputs: null }) as const, close: () => Promise.resolve() }
  const runner = await createRunner({ workspace: await scratch(), store, executors: [done] })
  onTestFinished(() => runner.close())
  const plan: Plan = { lorc: 1, name: 'demo', steps: [{ name: 'a', type: 'test', stage: 0 }] }
  const ids: string[] = []
  for (let i = 0; i < runs; i++) {
    const { runId, result } = await runner.start(plan)
    await result
    ids.push(runId)
  }
  const clock = new FakeClock()
  const keeper = new LensKeeper(store, { monotonic: () => clock.monotonic(), sleep: (ms, wake) => clock.sleep(ms, wake) })
  onTestFinished(() => keeper.close())
  return { keeper, clock, runner, ids }
}

describe('runs that are looked at', () => {
  it('are kept as long as somebody looks, and need nobody to wake up for them afterwards', async () => {
    const { keeper, clock, ids } = await keeperOf(1)
    const { lens } = await keeper.look(ids[0]!)
    expect(lens.fold.status).toBe('completed')
    clock.pass(40_000)
    expect((await keeper.look(ids[0]!)).lens).toBe(lens)
    clock.pass(40_000)
    expect((await keeper.look(ids[0]!)).lens).toBe(lens)
    clock.pass(61_000)
    expect(clock.isAwaited).toBe(false)
    expect((await keeper.look(ids[0]!)).lens).not.toBe(lens)
  })

  it('are read once though several ask at the same time, and on from there', async () => {
    const { keeper, runner, ids } = await keeperOf(1)
    const [first, second] = await Promise.all([keeper.look(ids[0]!), keeper.look(ids[0]!)])
    expect(second.lens).toBe(first.lens)
    const { seq } = first.lens
    await runner.resume(ids[0]!, { repair: { by: 'ann', reason: 'again', from: ['a'] } }).then(({ result }) => result)
    expect((await keeper.look(ids[0]!)).lens.seq).toBeGreaterThan(seq)
    expect(first.lens.shapedAt).toBeGreaterThanOrEqual(seq)
  })

  it('are so many at most: who was not looked at for the longest goes', async () => {
    const { keeper, ids } = await keeperOf(34)
    const { lens } = await keeper.look(ids[0]!)
    const { lens: last } = await keeper.look(ids[33]!)
    for (const id of ids.slice(1, 33)) await keeper.look(id)
    expect((await keeper.look(ids[33]!)).lens).not.toBe(last)
    expect((await keeper.look(ids[0]!)).lens).not.toBe(lens)
  })

  it('are refused where there is none, or none any more', async () => {
    const { keeper, runner, ids } = await keeperOf(2)
    await expect(keeper.look('run_x')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
    await keeper.look(ids[0]!)
    await runner.remove([ids[0]!])
    await expect(keeper.look(ids[0]!)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
  })
})
