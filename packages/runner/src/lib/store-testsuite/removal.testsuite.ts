import assert from 'node:assert/strict'
import type { Suite } from './medium.ts'
import { append, attempt, cacheEntry, creation, driver, journal } from './samples.ts'

export function removalSuite({ describe, it, withStore, itShared }: Suite): void {
  const ended = (runId: string) => ({ status: 'completed' as const, at: 5, error: null, attempts: [attempt(runId, 'load')] })

  describe('removal', () => {
    it(
      'takes runs that have ended with all that is kept of them, and leaves the others as they are',
      withStore(async (store) => {
        for (const [n, runId] of ['a', 'b', 'c'].entries()) {
          await store.commit([{ ...creation(runId, ['0', '1'], { createdAt: 1000 + n, planHash: `plan-${runId}` }), ended: ended(runId) }])
        }
        await store.send('b', { type: 'cancel', by: 'me', reason: 'r' })
        assert.deepEqual(await store.remove(['a', 'b', 'nobody', 'a']), ['a', 'b'])
        assert.deepEqual(await store.remove(['a']), [])
        assert.deepEqual((await store.list()).map(({ runId }) => runId), ['c'])
        assert.equal(await store.get('a'), undefined)
        assert.equal(await store.lease('a'), undefined)
        await assert.rejects(journal(store, 'a'), { code: 'RUN_UNKNOWN' })
        assert.deepEqual(await store.inbox('b'), [])
        assert.deepEqual((await store.attempts({})).map(({ runId }) => runId), ['c'])
        await store.removePlans()
        assert.deepEqual([await store.plan('plan-a'), await store.plan('plan-c')], [undefined, '{"plan":"plan-c"}'])
        assert.deepEqual(await journal(store, 'c'), ['0', '1'])
        assert.deepEqual(await store.commit([append('a', 2, ['late'])]), ['fenced'])
        assert.deepEqual(await store.commit([creation('a', ['again'], { createdAt: 2000, planHash: 'plan-a' })]), ['ok'])
        assert.deepEqual(await journal(store, 'a'), ['again'])
        assert.deepEqual(await store.attempts({ runId: 'a' }), [])
        assert.equal(await store.plan('plan-a'), '{"plan":"plan-a"}')
      }),
    )

    it(
      'leaves a run that goes on, or that somebody holds',
      withStore(async (store) => {
        await store.commit([creation('running', ['0']), creation('held', ['0']), creation('abandoned', ['0'])])
        await store.releaseLease('abandoned', 1)
        await store.commit([append('held', 1, ['1'], { ended: ended('held') })])
        assert.equal(await store.takeLease('held', 1, driver('second')), 2)
        assert.deepEqual(await store.remove(['running', 'held', 'abandoned']), [])
        assert.equal((await store.list()).length, 3)
        await store.releaseLease('held', 2)
        assert.deepEqual(await store.remove(['held']), ['held'])
      }),
    )

    it(
      'takes old cached results, but the newest of each step',
      withStore(async (store) => {
        for (let n = 0; n < 5; n += 1) await store.putCache(cacheEntry(`k${n}`, 'r', { createdAt: 1000 + n }))
        await store.putCache(cacheEntry('other', 'r', { step: 'other', createdAt: 1 }))
        assert.equal(await store.removeCached(1003, 1), 3)
        assert.deepEqual((await store.cacheEntries('weather', 'load')).map(({ key }) => key), ['k4', 'k3'])
        assert.equal((await store.cacheEntries('weather', 'other')).length, 1)
        assert.equal(await store.removeCached(9999, 1), 1)
        assert.equal(await store.removeCached(9999, 1), 0)
      }),
    )

    it(
      'tells its size, and makes itself compact',
      withStore(async (store) => {
        await store.commit([{ ...creation('a', ['x'.repeat(100_000)]), ended: ended('a') }])
        const before = await store.size()
        assert.ok(before.bytes >= 100_000)
        await store.remove(['a'])
        await store.compact()
        const after = await store.size()
        assert.ok(after.bytes < before.bytes)
        assert.equal(after.freeBytes, 0)
      }),
    )

    itShared(
      'keeps the plan of a new run of which another has just removed the last one',
      withStore(async (one, open) => {
        const two = await open()
        await one.commit([{ ...creation('a', ['0']), ended: ended('a') }])
        assert.deepEqual(await two.remove(['a']), ['a'])
        await two.removePlans()
        await one.commit([creation('a', ['again'])])
        assert.equal(await two.plan('plan-1'), '{"plan":"plan-1"}')
      }),
    )

    itShared(
      'lets one of two who remove the same runs have each',
      withStore(async (one, open) => {
        const two = await open()
        const ids = Array.from({ length: 20 }, (_, n) => `r${n}`)
        for (const id of ids) await one.commit([{ ...creation(id, ['0']), ended: ended(id) }])
        const [a, b] = await Promise.all([one.remove(ids), two.remove(ids)])
        assert.deepEqual([...a, ...b].sort(), ids.sort())
        assert.deepEqual(await two.list(), [])
      }),
    )
  })
}
