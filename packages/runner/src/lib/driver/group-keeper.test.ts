import { describe, expect, it } from 'vitest'
import { GroupKeeper, type GroupHooks } from './group-keeper.ts'
import type { GroupSlots } from '../leases/group-slots.ts'

/** A keeper over slots that are counted here; what was said and done is in `log`. Steps that ask again do so at once. */
function keeper({ others = 0, limit = 1 } = {}) {
  const log: string[] = []
  const holders = Array.from({ length: others }, (_, n) => ({ runId: 'other', step: `o${n}`, epoch: 1 }))
  const timers: (() => void)[] = []
  const gone = new Set<string>()
  let asked = 0
  let answers = true
  const slots = {
    async take(_: string, most: number, holder: (typeof holders)[number]) {
      asked += 1
      if (!answers) throw new Error('the disk is full')
      if (holders.some(({ runId, step }) => runId === holder.runId && step === holder.step)) return 'granted'
      if (holders.length >= most) return [...holders]
      holders.push(holder)
      return 'granted'
    },
    async release(_: string, { step }: { step: string }) {
      if (!answers) throw new Error('the disk is full')
      holders.splice(holders.findIndex((one) => one.step === step), 1)
    },
  } as unknown as GroupSlots
  const group = { name: 'db', limit }
  const hooks: GroupHooks = {
    granted(step) {
      if (!gone.has(step)) log.push(`+${step}`)
      return !gone.has(step)
    },
    refused: (step) => void log.push(`-${step}`),
    waiting: (step, { name }, found) => void log.push(`${step} for ${name}: ${found.map(({ runId, step: other }) => `${runId}/${other}`).join()}`),
    due(step) {
      if (gone.has(step)) return false
      void made.ask(step, group)
      return true
    },
    later: (_, act) => void timers.push(act),
  }
  const made = new GroupKeeper(slots, { runId: 'run', epoch: 1 }, hooks)
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    log,
    gone,
    holders,
    timers,
    asked: () => asked,
    answer: (whether: boolean) => (answers = whether),
    async ask(...steps: string[]) {
      for (const step of steps) void made.ask(step, group)
      await settle()
    },
    async release(step: string) {
      made.release(step)
      await settle()
    },
    async tick() {
      for (const act of timers.splice(0)) act()
      await settle()
    },
  }
}

describe('the slots of a group', () => {
  it('are given to the steps of a run in the order in which they asked, the next at once when one is given back', async () => {
    const { log, ask, release, asked } = keeper()
    await ask('a', 'b', 'c')
    expect(log).toEqual(['-b', '-c', '+a', '-b', 'b for db: run/a', 'c for db: run/a'])
    await release('a')
    expect(log.splice(6)).toEqual(['+b', '-c'])
    await release('b')
    expect(log.splice(6)).toEqual(['+c'])
    await release('c')
    await release('never held')
    expect(asked()).toBe(5)
  })

  it('are taken by as many as the limit has', async () => {
    const { log, ask } = keeper({ limit: 2 })
    await ask('a', 'b', 'c')
    expect(log.filter((said) => !said.startsWith('-'))).toEqual(['+a', '+b', 'c for db: run/a,run/b'])
  })

  it('are asked for again and again where another run holds them, once for all who wait', async () => {
    const { log, ask, tick, holders, timers, asked } = keeper({ others: 1 })
    await ask('a', 'b')
    expect(log.filter((said) => said.includes('for'))).toEqual(['a for db: other/o0', 'b for db: other/o0'])
    expect([timers.length, asked()]).toEqual([1, 1])
    await tick()
    expect([timers.length, asked()]).toEqual([1, 2])
    holders.length = 0
    await tick()
    expect(log).toContain('+a')
    expect(log.filter((said) => said.includes('for'))).toHaveLength(2)
  })

  it('pass over who does not wait any more, and come to an end', async () => {
    const { log, ask, release, tick, gone, timers } = keeper()
    await ask('a', 'b', 'c')
    gone.add('b')
    log.length = 0
    await release('a')
    expect(log).toEqual(['+c'])
    await release('c')
    await tick()
    await tick()
    expect(timers).toEqual([])
  })

  it('are given back once the store can take that, unless their step has asked for one again', async () => {
    const { ask, release, tick, answer, holders, timers } = keeper({ limit: 2 })
    await ask('a', 'b')
    answer(false)
    await release('a')
    await release('b')
    await tick()
    expect(holders).toHaveLength(2)
    answer(true)
    await ask('b')
    await tick()
    expect(holders.map(({ step }) => step)).not.toContain('a')
    expect(holders.map(({ step }) => step)).toContain('b')
    expect(timers).toEqual([])
  })

  it('are given back by who cannot start any more', async () => {
    const { log, ask, gone, holders } = keeper()
    gone.add('a')
    await ask('a', 'b')
    expect(holders.map(({ step }) => step)).toEqual(['b'])
    expect(log.at(-1)).toBe('+b')
  })

  it('are waited for while the store does not answer', async () => {
    const { log, ask, tick, answer } = keeper()
    answer(false)
    await ask('a')
    expect(log).toEqual(['-a'])
    answer(true)
    await tick()
    expect(log).toEqual(['-a', '+a'])
  })
})
