import assert from 'node:assert/strict'
import type { Suite } from './medium.ts'
import { append, creation, driver } from './samples.ts'

const GROUP = 'the "database"/../ü'
const slot = (runId: string, step = 's', epoch = 1) => ({ runId, step, epoch })
const held = (runId: string, step = 's', epoch = 1) => ({ ...slot(runId, step, epoch), driver: driver('first'), heartbeat: 0 })
const bySlot = (a: { step: string }, b: { step: string }) => (a.step < b.step ? -1 : 1)

export function slotsSuite({ describe, it, itShared, withStore }: Suite): void {
  describe('slots of concurrency groups', () => {
    it(
      'are granted up to the limit, then refused with who holds them, and free again when released',
      withStore(async (store) => {
        await store.commit([creation('a'), creation('b')])
        assert.equal(await store.takeSlot(GROUP, 2, slot('a')), 'granted')
        assert.equal(await store.takeSlot(GROUP, 2, slot('a', 't')), 'granted')
        const refused = await store.takeSlot(GROUP, 2, slot('b'))
        assert.ok(refused !== 'granted')
        assert.deepEqual(refused.toSorted(bySlot), [held('a'), held('a', 't')])
        await store.releaseSlot(GROUP, slot('a', 't'))
        assert.equal(await store.takeSlot(GROUP, 2, slot('b')), 'granted')
        assert.notEqual(await store.takeSlot(GROUP, 2, slot('b', 'u')), 'granted')
      }),
    )

    it(
      'count once for a step that asks again, and each group for itself',
      withStore(async (store) => {
        await store.commit([creation('a'), creation('b')])
        assert.equal(await store.takeSlot(GROUP, 1, slot('a')), 'granted')
        assert.equal(await store.takeSlot(GROUP, 1, slot('a')), 'granted')
        assert.equal(await store.takeSlot('other', 1, slot('b')), 'granted')
        await store.releaseSlot('other', slot('a'))
        assert.notEqual(await store.takeSlot('other', 1, slot('a')), 'granted')
        await store.releaseSlot(GROUP, slot('a'))
        assert.equal(await store.takeSlot(GROUP, 1, slot('b')), 'granted')
      }),
    )

    it(
      'are counted against the limit of who asks',
      withStore(async (store) => {
        await store.commit([creation('a')])
        for (const step of ['s', 't', 'u']) assert.equal(await store.takeSlot(GROUP, 3, slot('a', step)), 'granted')
        assert.equal((await store.takeSlot(GROUP, 2, slot('a', 'v'))).length, 3)
        assert.equal(await store.takeSlot(GROUP, 4, slot('a', 'v')), 'granted')
      }),
    )

    it(
      'are free when their run ends, when its lease is given up, and when it is taken over',
      withStore(async (store) => {
        await store.commit([creation('a'), creation('b'), creation('c'), creation('d')])
        const ended = { status: 'completed' as const, at: 5, error: null, attempts: [] }
        assert.equal(await store.takeSlot(GROUP, 1, slot('a')), 'granted')
        await store.commit([append('a', 0, ['1'], { ended })])
        assert.equal(await store.takeSlot(GROUP, 1, slot('b')), 'granted')
        await store.releaseLease('b', 1)
        assert.equal(await store.takeSlot(GROUP, 1, slot('c')), 'granted')
        assert.equal(await store.takeLease('c', 1, driver('second')), 2)
        assert.equal(await store.takeSlot(GROUP, 1, slot('d')), 'granted')
        assert.notEqual(await store.takeSlot(GROUP, 1, slot('c', 's', 2)), 'granted')
        await store.releaseSlot(GROUP, slot('d', 's', 2))
        assert.notEqual(await store.takeSlot(GROUP, 1, slot('c', 's', 2)), 'granted')
      }),
    )

    it(
      'are taken from who is said to be gone, and from nobody else',
      withStore(async (store) => {
        await store.commit([creation('a'), creation('b')])
        assert.equal(await store.takeSlot(GROUP, 1, slot('a')), 'granted')
        assert.deepEqual(await store.takeSlot(GROUP, 1, slot('b'), [slot('a', 'other'), slot('b')]), [held('a')])
        assert.equal(await store.takeSlot(GROUP, 1, slot('b'), [slot('a')]), 'granted')
        assert.deepEqual(await store.takeSlot(GROUP, 1, slot('a')), [held('b')])
      }),
    )

    itShared(
      'are shared by every store on the medium',
      withStore(async (one, open) => {
        const two = await open()
        await one.commit([creation('a')])
        await two.commit([creation('b')])
        assert.equal(await one.takeSlot(GROUP, 1, slot('a')), 'granted')
        assert.deepEqual(await two.takeSlot(GROUP, 1, slot('b')), [held('a')])
        await one.releaseSlot(GROUP, slot('a'))
        assert.equal(await two.takeSlot(GROUP, 1, slot('b')), 'granted')
        assert.deepEqual(await one.takeSlot(GROUP, 1, slot('a')), [held('b')])
      }),
    )
  })
}
