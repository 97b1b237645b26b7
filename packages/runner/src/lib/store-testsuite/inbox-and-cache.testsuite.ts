import assert from 'node:assert/strict'
import type { RunStore } from '../store.ts'
import type { Suite } from './medium.ts'
import { append, cacheEntry, creation, driver, journal } from './samples.ts'

const cancel = (by: string) => ({ type: 'cancel' as const, by, reason: 'enough' })

export function inboxAndCacheSuite({ describe, it, itShared, withStore }: Suite): void {
  describe('inbox', () => {
    it(
      'keeps commands in order until a batch acknowledges them',
      withStore(async (store) => {
        await store.commit([creation('r'), creation('other')])
        assert.deepEqual(await store.inbox('r'), [])
        const first = await store.send('r', cancel('ann'))
        const second = await store.send('r', cancel('bob'))
        const elsewhere = await store.send('other', cancel('eve'))
        assert.ok(first < second)
        assert.deepEqual(await store.inbox('r'), [
          { id: first, ...cancel('ann') },
          { id: second, ...cancel('bob') },
        ])
        await store.commit([append('r', 0, ['0'], { inboxDone: first })])
        assert.deepEqual(await store.inbox('r'), [{ id: second, ...cancel('bob') }])
        await store.commit([append('r', 1, ['1'], { inboxDone: second })])
        assert.deepEqual(await store.inbox('r'), [])
        assert.deepEqual(await store.inbox('other'), [{ id: elsewhere, ...cancel('eve') }])
        assert.ok((await store.send('r', cancel('cid'))) > second)
      }),
    )

    it(
      'keeps every kind of command whole',
      withStore(async (store) => {
        await store.commit([creation('r')])
        const approve = { type: 'approve' as const, step: 'publish', by: 'ann', reason: 'ok' }
        await store.send('r', { type: 'pause', by: 'ann', reason: 'lunch' })
        await store.send('r', { type: 'unpause', by: 'ann', reason: 'back' })
        await store.send('r', { ...approve, approved: true })
        await store.send('r', { ...approve, approved: false })
        assert.deepEqual(
          (await store.inbox('r')).map(({ id: _, ...command }) => command),
          [
            { type: 'pause', by: 'ann', reason: 'lunch' },
            { type: 'unpause', by: 'ann', reason: 'back' },
            { ...approve, approved: true },
            { ...approve, approved: false },
          ],
        )
      }),
    )

    it(
      'acknowledges nothing with a batch that is fenced',
      withStore(async (store) => {
        await store.commit([creation('r')])
        const id = await store.send('r', cancel('ann'))
        assert.deepEqual(await store.commit([append('r', 1, ['1'], { inboxDone: id })]), ['fenced'])
        assert.equal((await store.inbox('r')).length, 1)
      }),
    )

    it(
      'refuses commands to a run that does not exist',
      withStore(async (store) => {
        await assert.rejects(store.send('nobody', cancel('ann')), { code: 'RUN_UNKNOWN' })
        assert.deepEqual(await store.inbox('nobody'), [])
      }),
    )

    itShared(
      'takes commands from another store',
      withStore(async (one, open) => {
        const two = await open()
        await one.commit([creation('r')])
        assert.deepEqual(await one.inbox('r'), [])
        const ids = [await two.send('r', cancel('ann')), await one.send('r', cancel('bob'))]
        ids.push(await two.send('r', cancel('cid')))
        assert.deepEqual((await one.inbox('r')).map((command) => [command.id, command.by]), [
          [ids[0], 'ann'],
          [ids[1], 'bob'],
          [ids[2], 'cid'],
        ])
      }),
    )
  })

  describe('cache', () => {
    it(
      'finds entries by plan, step and key, newest first',
      withStore(async (store) => {
        assert.deepEqual(await store.cached('weather', 'load', 'k1'), [])
        const entries = [cacheEntry('k1', 'r1'), cacheEntry('k2', 'r2'), cacheEntry('k1', 'r3')] as const
        for (const entry of entries) await store.putCache(entry)
        await store.putCache(cacheEntry('k1', 'r4', { step: 'other' }))
        await store.putCache(cacheEntry('k1', 'r5', { planName: 'other' }))
        const [first, second, third] = entries
        assert.deepEqual(await store.cached('weather', 'load', 'k1'), [third])
        assert.deepEqual(await store.cached('weather', 'load', 'k1', 10), [third, first])
        assert.deepEqual(await store.cached('weather', 'load', 'k3', 10), [])
        assert.deepEqual(await store.cacheEntries('weather', 'load'), [third, second, first])
        assert.deepEqual(await store.cacheEntries('weather', 'load', 2), [third, second])
      }),
    )

    it(
      'gives 20 entries of a step unless told otherwise, and takes any text for names and keys',
      withStore(async (store) => {
        const strange = '../a/b\n é"%'.repeat(20)
        for (let n = 0; n < 22; n += 1) await store.putCache(cacheEntry(strange, `r${n}`, { step: strange }))
        assert.equal((await store.cacheEntries('weather', strange)).length, 20)
        assert.equal((await store.cacheEntries('weather', strange, 100)).length, 22)
        const newest = cacheEntry(strange, 'r21', { step: strange })
        assert.deepEqual(await store.cached('weather', strange, strange), [newest])
      }),
    )

    it(
      'does not share its values with the caller',
      withStore(async (store) => {
        const entry = cacheEntry('k', 'r')
        await store.putCache(entry)
        entry.value.from = 'changed'
        assert.deepEqual(await store.cached('weather', 'load', 'k'), [cacheEntry('k', 'r')])
      }),
    )
  })

  describe('closing', () => {
    it(
      'may be done twice, and nothing works afterwards',
      withStore(async (store) => {
        await store.commit([creation('r')])
        const last = store.commit([append('r', 0, ['0'])])
        await store.close()
        await store.close()
        assert.deepEqual(await last, ['ok'])
        for (const [name, use] of Object.entries(USES)) {
          await assert.rejects(async () => use(store), { code: 'STORE_CLOSED' }, name)
        }
      }),
    )
  })
}

const USES: Record<string, (store: RunStore) => unknown> = {
  commit: (store) => store.commit([append('r', 1, ['1'])]),
  read: (store) => journal(store, 'r'),
  plan: (store) => store.plan('plan-1'),
  remove: (store) => store.remove(['r']),
  removePlans: (store) => store.removePlans(),
  get: (store) => store.get('r'),
  list: (store) => store.list(),
  lease: (store) => store.lease('r'),
  takeLease: (store) => store.takeLease('r', 1, driver('second')),
  releaseLease: (store) => store.releaseLease('r', 1),
  startHeartbeat: (store) => store.startHeartbeat(driver('first'), 1000),
  send: (store) => store.send('r', cancel('ann')),
  inbox: (store) => store.inbox('r'),
  cached: (store) => store.cached('weather', 'load', 'k'),
  cacheEntries: (store) => store.cacheEntries('weather', 'load'),
  putCache: (store) => store.putCache(cacheEntry('k', 'r')),
  takeSlot: (store) => store.takeSlot('group', 1, { runId: 'r', step: 's', epoch: 1 }),
  releaseSlot: (store) => store.releaseSlot('group', { runId: 'r', step: 's', epoch: 1 }),
  attempts: (store) => store.attempts({}),
}
