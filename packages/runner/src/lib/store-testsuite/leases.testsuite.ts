import assert from 'node:assert/strict'
import type { RunStore } from '../store.ts'
import type { Suite } from './medium.ts'
import { append, creation, driver, journal } from './samples.ts'

export function leasesSuite({ describe, it, itShared, withStore }: Suite): void {
  describe('leases', () => {
    it(
      "gives a run's creator the first lease",
      withStore(async (store) => {
        await store.commit([creation('r', ['0'])])
        const lease = await store.lease('r')
        assert.equal(lease?.epoch, 1)
        assert.deepEqual(lease.driver, driver('first'))
        assert.equal(await store.lease('nobody'), undefined)
      }),
    )

    it(
      'hands the lease over once for each epoch, and fences the driver before',
      withStore(async (store) => {
        await store.commit([creation('r', ['0'])])
        assert.equal(await store.takeLease('r', 1, driver('second')), 2)
        assert.equal(await store.takeLease('r', 1, driver('third')), undefined)
        const lease = await store.lease('r')
        assert.deepEqual({ epoch: lease?.epoch, driver: lease?.driver }, { epoch: 2, driver: driver('second') })
        assert.deepEqual(await store.commit([append('r', 1, ['old'])]), ['fenced'])
        assert.deepEqual(await store.commit([append('r', 1, ['new'], { epoch: 2 })]), ['ok'])
        assert.deepEqual(await journal(store, 'r'), ['0', 'new'])
        assert.equal(await store.takeLease('nobody', 1, driver('second')), undefined)
      }),
    )

    it(
      'gives the lease up only to whom it belongs, and then anybody may take it',
      withStore(async (store) => {
        await store.commit([creation('r', ['0'])])
        await store.takeLease('r', 1, driver('second'))
        await store.releaseLease('r', 1)
        assert.deepEqual((await store.lease('r'))?.driver, driver('second'))
        await store.releaseLease('r', 2)
        await store.releaseLease('r', 2)
        const lease = await store.lease('r')
        assert.deepEqual({ epoch: lease?.epoch, driver: lease?.driver }, { epoch: 2, driver: null })
        assert.equal(await store.takeLease('r', 2, driver('third')), 3)
        await store.releaseLease('nobody', 1)
      }),
    )

    it(
      'gives many up at once, but for those that another has by now',
      withStore(async (store) => {
        await store.commit([creation('a', ['0']), creation('b', ['0']), creation('c', ['0'])])
        await store.takeLease('b', 1, driver('second'))
        await store.releaseLeases([{ runId: 'a', epoch: 1 }, { runId: 'b', epoch: 1 }, { runId: 'nobody', epoch: 1 }])
        assert.equal((await store.lease('a'))?.driver, null)
        assert.deepEqual((await store.lease('b'))?.driver, driver('second'))
        assert.deepEqual((await store.lease('c'))?.driver, driver('first'))
        await store.releaseLeases([])
      }),
    )

    it(
      'gives the lease up when the run ends',
      withStore(async (store) => {
        await store.commit([creation('r', ['0'])])
        const ended = { status: 'completed' as const, at: 5, error: null, attempts: [] }
        await store.commit([append('r', 1, ['1'], { ended })])
        assert.equal((await store.lease('r'))?.driver, null)
        await store.releaseLease('r', 1)
        assert.equal(await store.takeLease('r', 1, driver('second')), 2)
        assert.deepEqual(await store.commit([append('r', 2, ['2'], { epoch: 2, reopened: true })]), ['ok'])
        assert.deepEqual((await store.lease('r'))?.driver, driver('second'))
      }),
    )

    it(
      'lets one of many contenders win',
      withStore(async (store) => {
        await store.commit([creation('r')])
        const taken = await Promise.all(Array.from({ length: 8 }, (_, n) => store.takeLease('r', 1, driver(`d${n}`))))
        assert.deepEqual(taken.filter((epoch) => epoch !== undefined), [2])
        const winner = taken.indexOf(2)
        assert.equal((await store.lease('r'))?.driver?.id, `d${winner}`)
      }),
    )

    itShared(
      'lets one of two contenders win who come from two stores',
      withStore(async (one, open) => {
        const two = await open()
        await one.commit([creation('r', ['0'])])
        for (let epoch = 1; epoch < 20; epoch += 1) {
          const taken = await Promise.all([
            one.takeLease('r', epoch, driver('one')),
            two.takeLease('r', epoch, driver('two')),
          ])
          assert.deepEqual(taken.filter((found) => found !== undefined), [epoch + 1])
        }
        const lease = await one.lease('r')
        assert.deepEqual(lease, await two.lease('r'))
        assert.equal(lease?.epoch, 20)
        assert.deepEqual(await one.commit([append('r', 1, ['old'])]), ['fenced'])
        assert.deepEqual(await two.commit([append('r', 1, ['new'], { epoch: 20 })]), ['ok'])
      }),
    )

    it(
      "counts a driver's heartbeat up on each of its runs, and on no other's, until it is stopped",
      withStore(async (store) => {
        await store.commit([creation('a'), creation('b'), creation('c')])
        await store.takeLease('c', 1, driver('second'))
        const before = await store.lease('a')
        const other = await store.lease('c')
        const stop = store.startHeartbeat(driver('first'), 2)
        await changes(store, 'a', before?.heartbeat)
        await changes(store, 'b', before?.heartbeat)
        const during = await store.lease('a')
        await changes(store, 'a', during?.heartbeat)
        await stop()
        const after = await store.lease('a')
        await new Promise((resolve) => setTimeout(resolve, 10))
        assert.deepEqual(await store.lease('a'), after)
        assert.deepEqual(await store.lease('c'), other)
      }),
    )
  })
}

async function changes(store: RunStore, runId: string, heartbeat: number | undefined): Promise<void> {
  while ((await store.lease(runId))?.heartbeat === heartbeat) await new Promise((resolve) => setTimeout(resolve, 1))
}
