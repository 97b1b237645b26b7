import { expect, it } from 'vitest'
import { createRunner } from '../create-runner.ts'
import type { AttemptOutcome } from '../executor.ts'
import { Presence } from './presence.ts'
import type { RunStore } from '../store.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { FakeClock } from '../testing/fake-clock.ts'

const driver = { id: 'd', pid: 1, startTime: '1', machine: 'm' }

/** A store whose heartbeat takes until `ended` is called to stop. */
function slowly() {
  const beats = { started: 0, stopping: 0, ended: () => {} }
  const store = {
    startHeartbeat() {
      beats.started += 1
      return () => {
        beats.stopping += 1
        return new Promise<void>((resolve) => (beats.ended = resolve))
      }
    },
  } as unknown as RunStore
  const clock = new FakeClock()
  return { beats, clock, presence: new Presence(store, driver, clock, 1000) }
}

it('begins once a run has lasted, or at once where it is asked to', async () => {
  const { beats, clock, presence } = slowly()
  presence.soon()
  await clock.advance(199)
  expect(beats.started).toBe(0)
  await clock.advance(1)
  expect(beats.started).toBe(1)
  presence.soon()
  presence.now()
  expect(beats.started).toBe(1)
})

it('is closed only when a heartbeat that was told to rest has ended: it uses the store until then', async () => {
  const { beats, presence } = slowly()
  presence.now()
  void presence.rest()
  let closed = false
  const closing = presence.close().then(() => (closed = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect({ closed, stopping: beats.stopping }).toEqual({ closed: false, stopping: 1 })
  beats.ended()
  await closing
  presence.now()
  expect(beats.started).toBe(1)
})

it('takes a store that starts no heartbeat, or fails to stop one, as one that has none, and asks again with the next step', async () => {
  const clock = new FakeClock()
  let asked = 0
  const startHeartbeat = (): (() => Promise<void>) => {
    if (++asked === 1) throw new Error('closed')
    return () => Promise.reject(new Error('closed'))
  }
  const presence = new Presence({ startHeartbeat } as unknown as RunStore, driver, clock, 1000)
  presence.soon()
  await clock.advance(200)
  presence.soon()
  await clock.advance(200)
  expect(asked).toBe(2)
  await presence.close()
})

it('leaves a program be that closes the store under its runs: they say so themselves', async () => {
  const clock = new FakeClock()
  const store = createMemoryStore()
  const end = Promise.withResolvers<AttemptOutcome>()
  const runner = await createRunner({ workspace: import.meta.dirname, store, clock, executors: [{ types: ['x'], execute: () => end.promise, close: async () => {} }] })
  const run = await runner.start({ lorc: 1, name: 'p', steps: [{ name: 'a', type: 'x', stage: 0 }] })
  await store.close()
  await clock.advance(10_000)
  end.resolve({ status: 'ok', outputs: null })
  await expect(run.result).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  await runner.close()
})

it('begins for a run of which nothing is at work, too: it waits for a person, and its driver lives', async () => {
  const clock = new FakeClock()
  const store = createMemoryStore()
  let beating = 0
  const startHeartbeat: RunStore['startHeartbeat'] = () => {
    beating++
    return async () => void beating--
  }
  const options = { workspace: import.meta.dirname, store: { ...store, startHeartbeat }, clock, leaseMs: 1000 }
  const first = await createRunner(options)
  const { runId } = await first.start({ lorc: 1, name: 'p', steps: [{ name: 'ask', type: 'approval', stage: 0, approval: { message: 'Go?' } }] })
  await clock.advance(200)
  expect(beating).toBe(1)
  await first.close()
  expect(beating).toBe(0)
  const second = await createRunner(options)
  const { result } = await second.resume(runId)
  await clock.advance(200)
  expect(beating).toBe(1)
  await second.cancel(runId, { by: 'ann', reason: 'x' })
  await result
  expect(beating).toBe(0)
  await second.close()
})
