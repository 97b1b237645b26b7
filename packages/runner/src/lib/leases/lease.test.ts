import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { driverIdentity, isAtWork } from './driver-identity.ts'
import { LeaseWatch } from './lease-watch.ts'
import { acquireLease, isDriven } from './lease.ts'
import { processStartTime } from './process-start-time.ts'
import { creation, driver } from '../store-testsuite/samples.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { FakeClock } from '../testing/fake-clock.ts'

it('names the driver that was quicker', async () => {
  const store = createMemoryStore()
  await store.commit([creation('run_a', ['{}'])])
  await store.releaseLease('run_a', 1)
  const quicker = { ...driver('quicker'), pid: 815 }
  const lease = await store.lease('run_a')
  await store.takeLease('run_a', 1, quicker)
  const late = { ...store, lease: async () => late.asked++ === 0 ? lease : store.lease('run_a'), asked: 0 }
  await expect(acquireLease(late, 'run_a', driver('slower'), new FakeClock(), 1000)).rejects.toMatchObject({
    code: 'RUN_HELD',
    message: 'Another process (process 815) drives run run_a.',
    fix: 'Wait for it, or ask it to stop: lorc cancel run_a',
    details: { pid: 815 },
  })
})

it('is held by a process that is at work, though its heartbeat has not begun; from one that was stopped it is taken in time', async () => {
  const store = createMemoryStore()
  const clock = new FakeClock()
  const self = driverIdentity()
  const child = spawn('sleep', ['60'])
  const other = { ...self, id: 'other', pid: child.pid!, startTime: processStartTime(child.pid!)! }
  await store.commit([creation('run_a', ['{}'])])
  await store.releaseLease('run_a', 1)
  await store.takeLease('run_a', 1, other)
  await expect(acquireLease(store, 'run_a', self, clock, 1000)).rejects.toMatchObject({ code: 'RUN_HELD', details: { pid: child.pid } })
  expect(clock.monotonic()).toBe(0)
  child.kill('SIGSTOP')
  await expect.poll(() => isAtWork(other, self)).toBe(false)
  const taken = acquireLease(store, 'run_a', self, clock, 1000)
  await clock.advance(1000)
  expect(await taken).toBe(3)
  child.kill('SIGKILL')
})

it('counts for what was seen before of a driver on another machine: it is not watched for as long again', async () => {
  const store = createMemoryStore()
  const clock = new FakeClock()
  const watch = new LeaseWatch(clock)
  const self = { ...driver('self'), machine: 'another' }
  await store.commit([creation('run_a', ['{}'])])
  const driven = (): Promise<boolean> => isDriven(store, 'run_a', self, 1000, watch)
  expect(await driven()).toBe(true)
  await clock.advance(999)
  expect(await driven()).toBe(true)
  await clock.advance(1)
  expect(await driven()).toBe(false)
  expect(await acquireLease(store, 'run_a', self, clock, 1000, watch)).toBe(2)
})

it('is held by a driver on another machine whose heart beats, and by who takes it while we wait', async () => {
  const self = { ...driver('self'), machine: 'another' }
  for (const what of ['beats', 'is taken over'] as const) {
    const store = createMemoryStore()
    const clock = new FakeClock()
    await store.commit([creation('run_a', ['{}'])])
    let looks = 0
    const look = async (): ReturnType<typeof store.lease> => {
      looks++
      if (what === 'is taken over' && looks === 5) await store.takeLease('run_a', 1, { ...driver('quicker'), machine: 'a third' })
      const lease = (await store.lease('run_a'))!
      return what === 'beats' ? { ...lease, heartbeat: looks } : lease
    }
    const held = expect(acquireLease({ ...store, lease: look }, 'run_a', self, clock, 1000)).rejects.toMatchObject({ code: 'RUN_HELD' })
    await clock.advance(5000)
    await held
    expect(await store.lease('run_a')).toMatchObject({ epoch: what === 'beats' ? 1 : 2 })
  }
})

it('is held by this very driver', async () => {
  const store = createMemoryStore()
  const self = driverIdentity()
  await store.commit([creation('run_a', ['{}'])])
  await store.releaseLease('run_a', 1)
  await store.takeLease('run_a', 1, self)
  const beating = { ...store, lease: async () => ({ ...(await store.lease('run_a'))!, heartbeat: 7 }) }
  await expect(acquireLease(beating, 'run_a', self, new FakeClock(), 1000)).rejects.toMatchObject({ message: 'This process drives run run_a already.' })
})

it('is taken from a process that is gone, which drives nothing any more', async () => {
  const store = createMemoryStore()
  const self = driverIdentity()
  await store.commit([creation('run_a', ['{}'])])
  await store.releaseLease('run_a', 1)
  await store.takeLease('run_a', 1, { ...self, id: 'gone', pid: 2 ** 22 + 1 })
  const clock = new FakeClock()
  expect(await isDriven(store, 'run_a', self, 1000, new LeaseWatch(clock))).toBe(false)
  expect(await acquireLease(store, 'run_a', self, clock, 1000)).toBe(3)
})
