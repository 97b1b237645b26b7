import type { RunHandle, Runner } from '@lorc/runner'
import { expect, it } from 'vitest'
import { DriverPool } from './driver-pool.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A pool whose runs end when that is said, and a clock that is set by hand. */
function pool({ places = 10, busy = false } = {}) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const state = { now: 0, busy }
  const sleepers = new Set<{ at: number; wake: () => void }>()
  const begin = (runId: string): Promise<RunHandle> => {
    begun.push(runId)
    const { promise, resolve } = Promise.withResolvers<void>()
    ends.set(runId, resolve)
    return Promise.resolve({ runId, result: promise, inFlight: 1 } as unknown as RunHandle)
  }
  const clock = {
    now: () => state.now,
    monotonic: () => state.now,
    sleep(ms: number, wake: () => void) {
      const sleeper = { at: state.now + ms, wake }
      sleepers.add(sleeper)
      return () => void sleepers.delete(sleeper)
    },
  }
  const ports = { runner: { begin, resume: begin } as unknown as Runner, clock, log: () => undefined }
  const made = new DriverPool(ports, places, { isBusy: () => state.busy, begun: () => undefined, lost: () => undefined, stopped: () => undefined })
  return {
    pool: made,
    begun,
    state,
    end: async (runId: string) => {
      ends.get(runId)?.()
      await turn()
      await turn()
    },
    /** Lets so many milliseconds pass. */
    pass: async (ms: number) => {
      state.now += ms
      for (const sleeper of [...sleepers]) if (sleeper.at <= state.now && sleepers.delete(sleeper)) sleeper.wake()
      await turn()
      await turn()
    },
  }
}

it('begins what waits in its order, some in each turn of the event loop', async () => {
  const { pool: line, begun } = pool({ places: 100 })
  for (let n = 0; n < 20; n++) line.add(`run_${n}`, 'begin')
  await turn()
  expect(begun.length).toBeLessThan(20)
  await expect.poll(() => begun).toEqual(Array.from({ length: 20 }, (_, n) => `run_${n}`))
  expect([line.driven, line.waiting]).toEqual([20, 0])
})

it('begins one now and then where much comes in, and all as soon as that is over', async () => {
  const { pool: line, begun, state, pass } = pool({ busy: true })
  expect(line.hasRoom(false)).toBe(false)
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) line.add(name, 'begin')
  await turn()
  expect(begun).toEqual([])
  await pass(49)
  expect(begun).toEqual([])
  await pass(1)
  expect(begun).toEqual(['a'])
  await pass(50)
  expect(begun).toEqual(['a', 'b'])
  state.busy = false
  await pass(50)
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

it('has room at once for what somebody waits for, and begins it first', async () => {
  const { pool: line, begun, pass, end } = pool({ places: 1, busy: true })
  expect(line.hasRoom(true)).toBe(true)
  line.add('first', 'begin', true)
  await turn()
  expect(begun).toEqual(['first'])
  line.add('later', 'begin')
  line.add('urgent', 'begin', true)
  expect(line.hasRoom(true)).toBe(false)
  await end('first')
  expect(begun).toEqual(['first', 'later'])
  await pass(1)
  await end('later')
  expect(begun).toEqual(['first', 'later', 'urgent'])
})

it('begins what nobody waits for although others come again and again that somebody waits for', async () => {
  const { pool: line, begun, pass, end } = pool({ places: 1 })
  line.add('u0', 'begin', true)
  await turn()
  line.add('patient_0', 'begin')
  line.add('patient_1', 'begin')
  let last = 'u0'
  for (let n = 1; n < 60; n++) {
    line.add(`u${n}`, 'begin', true)
    await pass(1)
    await end(last)
    last = begun.at(-1)!
  }
  expect(begun.filter((name) => name.startsWith('patient'))).toEqual(['patient_0', 'patient_1'])
  expect(begun.length).toBe(60)
})

it('begins nothing more once it is closed', async () => {
  const { pool: line, begun, pass } = pool({ busy: true })
  line.add('a', 'begin')
  line.add('b', 'begin', true)
  line.close()
  await pass(100)
  expect(begun).toEqual([])
})
