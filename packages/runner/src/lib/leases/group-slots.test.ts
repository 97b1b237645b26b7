import { pid } from 'node:process'
import { expect, it } from 'vitest'
import { driverIdentity } from './driver-identity.ts'
import { GroupSlots } from './group-slots.ts'
import type { DriverIdentity } from '../store.ts'
import { creation, driver } from '../store-testsuite/samples.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { FakeClock } from '../testing/fake-clock.ts'

const LEASE = 1000
const mine = { runId: 'mine', step: 's', epoch: 1 }
const theirs = { runId: 'theirs', step: 's', epoch: 1 }

/** A slot that a driver holds, and what wants it. */
async function contest(holder: DriverIdentity, self = driverIdentity()) {
  const store = createMemoryStore()
  const batch = creation('theirs')
  await store.commit([{ ...batch, create: { ...batch.create!, driver: holder } }, creation('mine')])
  await store.takeSlot('g', 1, theirs)
  const clock = new FakeClock()
  let beats = 0
  const asked = { ...store, takeSlot: async (...args: Parameters<typeof store.takeSlot>) => {
    const result = await store.takeSlot(...args)
    return result === 'granted' ? result : result.map((slot) => ({ ...slot, heartbeat: beats }))
  } }
  const slots = new GroupSlots(asked, self, clock, LEASE)
  return { clock, slots, beat: () => (beats += 1), take: () => slots.take('g', 1, mine) }
}

const here = driverIdentity()
const elsewhere = driver('elsewhere')

it('takes the slot of a driver whose process is gone', async () => {
  const { take } = await contest({ ...here, id: 'dead', startTime: 'before' })
  expect(await take()).toBe('granted')
})

it('waits for a driver whose process is at work, though its heartbeat has not begun', async () => {
  const { take, clock } = await contest({ ...here, id: 'other', pid })
  expect(await take()).toEqual([theirs])
  await clock.advance(LEASE * 2)
  expect(await take()).toEqual([theirs])
})

it('takes the slot of a driver whose heartbeat has begun and stands still, though its process is there', async () => {
  const { take, clock, beat } = await contest({ ...here, id: 'other', pid })
  beat()
  expect(await take()).toEqual([theirs])
  await clock.advance(LEASE)
  expect(await take()).toBe('granted')
})

it('waits for itself, whatever its heartbeat does', async () => {
  const { take, clock } = await contest(elsewhere, elsewhere)
  for (let n = 0; n < 3; n += 1) {
    expect(await take()).toEqual([theirs])
    await clock.advance(LEASE)
  }
})

it('takes the slot of a driver elsewhere once its heartbeat stood still for the time of a lease', async () => {
  const { take, clock, beat } = await contest(elsewhere)
  expect(await take()).toEqual([theirs])
  await clock.advance(LEASE - 1)
  expect(await take()).toEqual([theirs])
  beat()
  await clock.advance(LEASE)
  expect(await take()).toEqual([theirs])
  await clock.advance(LEASE)
  expect(await take()).toBe('granted')
})

it('gives a slot back', async () => {
  const { slots, take } = await contest({ ...here, id: 'other' })
  await slots.release('g', theirs)
  expect(await take()).toBe('granted')
})
