import { describe, expect, it } from 'vitest'
import { createRunner } from '../create-runner.ts'
import { createMemoryStore } from '../stores/memory.ts'
import type { RunStore } from '../store.ts'
import { ViewedRuns } from './viewed-runs.ts'
import type { Plan } from '../plan.ts'

const plan: Plan = { lorc: 1, name: 'p', steps: [{ name: 'a', type: 'fake', stage: 0 }, { name: 'b', type: 'fake', stage: 1 }] }

/** A store that counts the lines which are read of each run. */
async function setup() {
  const kept = createMemoryStore()
  const reads: number[] = []
  const store: RunStore = {
    ...kept,
    async *read(runId, fromSeq) {
      let lines = 0
      for await (const chunk of kept.read(runId, fromSeq)) {
        lines += chunk.length
        yield chunk
      }
      reads.push(lines)
    },
  }
  const fake = { types: ['fake'], execute: () => ({ status: 'ok', outputs: null }) as const, close: () => Promise.resolve() }
  const runner = await createRunner({ workspace: process.cwd(), store, executors: [fake], viewedEvents: 1000 })
  const run = async (): Promise<string> => {
    const handle = await runner.start(plan)
    await handle.result
    return handle.runId
  }
  return { store, reads, runner, run }
}

async function* failingRead(): AsyncGenerator<string[]> {
  yield await Promise.reject(new Error('the disk is gone'))
}

describe('runs that were viewed', () => {
  it('are read anew where they could not be read', async () => {
    const { store, run } = await setup()
    const runId = await run()
    let broken = false
    const failing: RunStore = { ...store, read: (...args) => (broken ? failingRead() : store.read(...args)) }
    const viewed = new ViewedRuns(failing, 1000)
    const whole = await viewed.load(runId)
    broken = true
    await expect(viewed.load(runId)).rejects.toThrow('the disk is gone')
    broken = false
    expect((await viewed.load(runId)).position).toEqual(whole.position)
  })

  it('are read on from where they were read to', async () => {
    const { runner, reads, run } = await setup()
    const runId = await run()
    const first = await runner.view(runId)
    expect(reads).toEqual([first.events])
    const again = await runner.view(runId)
    expect(reads).toEqual([first.events, 0])
    expect(again.steps).toEqual(first.steps)
    await (await runner.resume(runId, { repair: { by: 'me', reason: 'why', from: ['b'] } })).result
    reads.length = 0
    const resumed = await runner.view(runId)
    expect(resumed.events).toBe(first.events + reads[0]!)
    expect(resumed.steps[1]).toMatchObject({ name: 'b', attempts: 2 })
    await runner.close()
  })

  it('are read one after the other where they are asked for at once', async () => {
    const { runner, reads, run } = await setup()
    const runId = await run()
    const views = await Promise.all([runner.view(runId), runner.view(runId), runner.view(runId)])
    expect(reads.filter((lines) => lines > 0)).toHaveLength(1)
    expect(new Set(views.map((view) => view.events)).size).toBe(1)
    await runner.close()
  })

  it('are forgotten, the one that was not asked for longest first, where they become too many', async () => {
    const { store, reads, run } = await setup()
    const [a, b] = [await run(), await run()]
    const { position } = await new ViewedRuns(store, 0).load(a)
    const viewed = new ViewedRuns(store, position.length)
    for (const runId of [a, b, b, a]) await viewed.load(runId)
    expect(reads.slice(1)).toEqual([position.length, position.length, 0, position.length])
  })

  it('are forgotten where they cannot be read', async () => {
    const { runner, store, run } = await setup()
    const first = await run()
    await run()
    await runner.view(first)
    await store.remove([first])
    await expect(runner.view(first)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
    await expect(runner.view(first)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
    await runner.close()
  })
})
