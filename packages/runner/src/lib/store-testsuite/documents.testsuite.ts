import assert from 'node:assert/strict'
import type { Suite } from './medium.ts'

const COLLECTION = 'the "firings"/../ü'

export function documentsSuite({ describe, it, itShared, withStore }: Suite): void {
  describe('documents', () => {
    it(
      'are made once, changed by who knows their revision, and removed',
      withStore(async (store) => {
        assert.equal(await store.document(COLLECTION, 'a/..'), undefined)
        assert.equal(await store.putDocument(COLLECTION, 'a/..', { n: 1, deep: { list: [null] } }, 0), true)
        assert.equal(await store.putDocument(COLLECTION, 'a/..', { n: 9 }, 0), false)
        assert.deepEqual(await store.document(COLLECTION, 'a/..'), { key: 'a/..', value: { n: 1, deep: { list: [null] } }, revision: 1 })
        assert.equal(await store.putDocument(COLLECTION, 'a/..', { n: 2 }, 1), true)
        assert.equal(await store.putDocument(COLLECTION, 'a/..', { n: 9 }, 1), false)
        assert.equal(await store.putDocument(COLLECTION, 'a/..', { n: 9 }, 3), false)
        assert.deepEqual(await store.document(COLLECTION, 'a/..'), { key: 'a/..', value: { n: 2 }, revision: 2 })
        assert.equal(await store.putDocument(COLLECTION, 'a/..', null, 1), false)
        assert.equal(await store.putDocument(COLLECTION, 'a/..', null, 2), true)
        assert.equal(await store.document(COLLECTION, 'a/..'), undefined)
        assert.equal(await store.putDocument(COLLECTION, 'a/..', null, 0), true)
        assert.equal(await store.putDocument(COLLECTION, 'a/..', { n: 3 }, 0), true)
      }),
    )

    it(
      'are listed by key, either way, in part',
      withStore(async (store) => {
        for (const key of ['c', 'a', 'd', 'b']) await store.putDocument(COLLECTION, key, { key }, 0)
        await store.putDocument('other', 'x', {}, 0)
        const keys = async (filter?: Parameters<typeof store.documents>[1]) => (await store.documents(COLLECTION, filter)).map(({ key }) => key).join('')
        assert.equal(await keys(), 'abcd')
        assert.equal(await keys({ reverse: true, limit: 2 }), 'dc')
        assert.equal(await keys({ after: 'b' }), 'cd')
        assert.equal(await keys({ before: 'c', reverse: true }), 'ba')
        assert.equal(await keys({ after: 'a', before: 'd' }), 'bc')
        assert.equal(await keys({ limit: 0 }), '')
        assert.deepEqual(await store.documents('none'), [])
        assert.deepEqual(await store.documents('other'), [{ key: 'x', value: {}, revision: 1 }])
      }),
    )

    itShared(
      'are taken by one of several processes, and outlive them',
      withStore(async (store, open) => {
        const others = [await open(), await open()]
        const made = await Promise.all([store, ...others].map((one, n) => one.putDocument(COLLECTION, 'a', { n }, 0)))
        assert.equal(made.filter(Boolean).length, 1)
        const changed = await Promise.all([store, ...others].map((one, n) => one.putDocument(COLLECTION, 'a', { n }, 1)))
        assert.equal(changed.filter(Boolean).length, 1)
        for (const one of [store, ...others]) await one.close()
        assert.deepEqual(await (await open()).document(COLLECTION, 'a'), { key: 'a', value: { n: changed.indexOf(true) }, revision: 2 })
      }),
    )
  })
}
