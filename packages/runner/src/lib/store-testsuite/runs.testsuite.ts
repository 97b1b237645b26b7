import assert from 'node:assert/strict'
import type { RunFilter } from '../store.ts'
import type { Suite } from './medium.ts'
import { append, attempt, creation, summary } from './samples.ts'

export function runsSuite({ describe, it, withStore }: Suite): void {
  describe('runs', () => {
    it(
      'shows a run as it was created',
      withStore(async (store) => {
        await store.commit([creation('r', ['0'], { recipe: null, name: 'étude' })])
        assert.deepEqual(await store.get('r'), summary('r', { recipe: null, name: 'étude' }))
        assert.equal(await store.get('nobody'), undefined)
      }),
    )

    it(
      'shows how a run ended, and that it goes on when it is reopened',
      withStore(async (store) => {
        const error = { code: 'STEP_FAILED', message: 'no rows', exitCode: 3, details: { path: ['a', 1] } }
        await store.commit([creation('r', ['0'])])
        await store.commit([append('r', 1, ['1'], { ended: { status: 'failed', at: 99, error, attempts: [] } })])
        assert.deepEqual(await store.get('r'), summary('r', { status: 'failed', endedAt: 99, error }))
        await store.commit([append('r', 2, ['2'], { reopened: true })])
        assert.deepEqual(await store.get('r'), summary('r'))
        await store.commit([append('r', 3, [], { ended: { status: 'completed', at: 120, error: null, attempts: [] } })])
        assert.deepEqual(await store.get('r'), summary('r', { status: 'completed', endedAt: 120 }))
      }),
    )

    it(
      'creates and ends a run in one batch',
      withStore(async (store) => {
        const ended = { status: 'completed' as const, at: 5, error: null, attempts: [attempt('r', 'load')] }
        await store.commit([{ ...creation('r', ['0', '1']), ended }])
        assert.deepEqual(await store.get('r'), summary('r', { status: 'completed', endedAt: 5 }))
        assert.equal((await store.attempts({ runId: 'r' })).length, 1)
      }),
    )

    it(
      'keeps a plan once for each hash',
      withStore(async (store) => {
        await store.commit([creation('a'), creation('b'), creation('c', [], { planHash: 'plan-2' })])
        await store.commit([creation('d')])
        assert.equal(await store.plan('plan-1'), '{"plan":"plan-1"}')
        assert.equal(await store.plan('plan-2'), '{"plan":"plan-2"}')
        assert.equal(await store.plan('plan-3'), undefined)
      }),
    )

    it(
      'lists the newest first, 50 at most unless told otherwise',
      withStore(async (store) => {
        assert.deepEqual(await store.list(), [])
        await store.commit(Array.from({ length: 60 }, (_, n) => creation(`r${n}`, [], { createdAt: 1000 + n })))
        const ids = (await store.list()).map((run) => run.runId)
        assert.deepEqual(ids, Array.from({ length: 50 }, (_, n) => `r${59 - n}`))
        assert.deepEqual((await store.list({ limit: 2 })).map((run) => run.runId), ['r59', 'r58'])
        assert.equal((await store.list({ limit: 1000 })).length, 60)
      }),
    )

    it(
      'pages through all runs, each once, those created in the same millisecond too',
      withStore(async (store) => {
        const count = 23
        for (let n = 0; n < count; n += 1) await store.commit([creation(`r${n}`, [], { createdAt: 1000 + (n >> 2) })])
        const seen: string[] = []
        for (let page = await store.list({ limit: 5 }); page.length > 0; ) {
          seen.push(...page.map((run) => run.runId))
          page = await store.list({ limit: 5, before: seen.at(-1) as string })
        }
        assert.equal(seen.length, count)
        assert.deepEqual(new Set(seen), new Set(Array.from({ length: count }, (_, n) => `r${n}`)))
        await assert.rejects(store.list({ before: 'nobody' }), { code: 'RUN_UNKNOWN' })
      }),
    )

    it(
      'filters by name and by status',
      withStore(async (store) => {
        const ended = { status: 'completed' as const, at: 5, error: null, attempts: [] }
        for (const [n, name] of ['a', 'b', 'a', 'b', 'a'].entries()) {
          await store.commit([creation(`r${n}`, [], { name, createdAt: 1000 + n })])
        }
        await store.commit([append('r1', 0, [], { ended }), append('r2', 0, [], { ended })])
        const ids = async (filter: RunFilter) => (await store.list(filter)).map((run) => run.runId)
        assert.deepEqual(await ids({ name: 'a' }), ['r4', 'r2', 'r0'])
        assert.deepEqual(await ids({ status: 'running' }), ['r4', 'r3', 'r0'])
        assert.deepEqual(await ids({ name: 'a', status: 'completed' }), ['r2'])
        assert.deepEqual(await ids({ name: 'a', before: 'r4', limit: 1 }), ['r2'])
        assert.deepEqual(await ids({ status: 'failed' }), [])
      }),
    )

    it(
      'filters by recipe, by the time of creation and by text',
      withStore(async (store) => {
        const error = { code: 'STEP_FAILED', message: 'No Rows: 50%' }
        await store.commit([creation('r0', [], { createdAt: 1000, recipe: 'a.yaml', name: 'étude' })])
        await store.commit([creation('r1', [], { createdAt: 2000, recipe: 'b.yaml' })])
        await store.commit([creation('r2', [], { createdAt: 3000, recipe: null, name: 'Daily' })])
        await store.commit([append('r1', 0, [], { ended: { status: 'failed', at: 2500, error, attempts: [] } })])
        const ids = async (filter: RunFilter) => (await store.list(filter)).map((run) => run.runId)
        assert.deepEqual(await ids({ recipe: 'b.yaml' }), ['r1'])
        assert.deepEqual(await ids({ createdFrom: 2000 }), ['r2', 'r1'])
        assert.deepEqual(await ids({ createdUntil: 2000 }), ['r0'])
        assert.deepEqual(await ids({ createdFrom: 1000, createdUntil: 3000, limit: 1 }), ['r1'])
        assert.deepEqual(await ids({ text: 'daily' }), ['r2'])
        assert.deepEqual(await ids({ text: 'A.YAML' }), ['r0'])
        assert.deepEqual(await ids({ text: 'rows: 50%' }), ['r1'])
        assert.deepEqual(await ids({ text: 'étude' }), ['r0'])
        assert.deepEqual(await ids({ text: 'R2' }), ['r2'])
        assert.deepEqual(await ids({ text: '_' }), [])
        assert.deepEqual(await ids({ namePrefix: 'D' }), ['r2'])
        assert.deepEqual(await ids({ namePrefix: 'étu', recipe: 'a.yaml' }), ['r0'])
        assert.deepEqual(await ids({ namePrefix: '%' }), [])
      }),
    )

    it(
      'knows runs that a service took in',
      withStore(async (store) => {
        await store.commit([creation('r0', [], { createdAt: 1000, accepted: true }), creation('r1', [], { createdAt: 1001 })])
        assert.equal((await store.get('r0'))?.accepted, true)
        assert.equal('accepted' in ((await store.get('r1')) ?? {}), false)
        assert.deepEqual((await store.list({ accepted: true, status: 'running' })).map((run) => run.runId), ['r0'])
        assert.equal((await store.list({ accepted: false })).length, 2)
      }),
    )

    it(
      'makes one run of an idempotency key, in one commit or in several',
      withStore(async (store) => {
        const idempotency = { key: 'ann order/7', fingerprint: 'f1' }
        const taken = { key: 'ann order/7', fingerprint: 'f2' }
        const first = [creation('r0', ['0'], { idempotency }), creation('r1', ['0'], { idempotency: taken }), creation('r2', ['0'])]
        assert.deepEqual(await store.commit(first), ['ok', 'exists', 'ok'])
        assert.deepEqual(await store.commit([creation('r3', ['0'], { idempotency: taken })]), ['exists'])
        assert.deepEqual(await store.commit([creation('r4', ['0'], { idempotency: { key: 'bob', fingerprint: 'f' } })]), ['ok'])
        assert.deepEqual((await store.get('r0'))?.idempotency, idempotency)
        assert.equal(await store.get('r1'), undefined)
        assert.deepEqual((await store.list({ idempotencyKey: 'ann order/7' })).map((run) => run.runId), ['r0'])
        assert.deepEqual(await store.list({ idempotencyKey: 'nobody' }), [])
      }),
    )

    it(
      'knows the step that started a run, and leaves such runs out of a list of the top',
      withStore(async (store) => {
        const parent = { runId: 'r0', step: 'load' }
        await store.commit([creation('r0', [], { createdAt: 1000 })])
        await store.commit([creation('r1', [], { createdAt: 1001, parent }), creation('r2', [], { createdAt: 1002, parent })])
        await store.commit([creation('r3', [], { createdAt: 1003, name: 'other' })])
        assert.deepEqual((await store.get('r1'))?.parent, parent)
        assert.equal((await store.get('r0'))?.parent, null)
        const ids = async (filter: RunFilter) => (await store.list(filter)).map((run) => run.runId)
        assert.deepEqual(await ids({}), ['r3', 'r2', 'r1', 'r0'])
        assert.deepEqual(await ids({ topLevel: false, limit: 2 }), ['r3', 'r2'])
        assert.deepEqual(await ids({ topLevel: true }), ['r3', 'r0'])
        assert.deepEqual(await ids({ topLevel: true, limit: 1, before: 'r3' }), ['r0'])
        assert.deepEqual(await ids({ topLevel: true, limit: 1, name: 'weather', status: 'running' }), ['r0'])
      }),
    )
  })

  describe('attempts', () => {
    it(
      'keeps them across runs and finds them by run, by recipe and by step, newest first',
      withStore(async (store) => {
        const failed = attempt('r1', 'load', { status: 'failed', errorCode: 'STEP_FAILED', metrics: null })
        const again = attempt('r1', 'load', { attempt: 2 })
        const report = attempt('r1', 'report')
        const later = attempt('r2', 'load', { name: 'other' })
        const end = (attempts: (typeof failed)[]) => ({ status: 'completed' as const, at: 5, error: null, attempts })
        await store.commit([creation('r1'), creation('r2', [], { name: 'other', createdAt: 1_767_961_697_000 })])
        await store.commit([append('r2', 0, ['0'], { ended: end([later]) })])
        await store.commit([append('r1', 0, ['0'], { ended: end([failed, again, report]) })])
        assert.deepEqual(await store.attempts({}), [later, report, again, failed])
        assert.deepEqual(await store.attempts({ runId: 'r1' }), [report, again, failed])
        assert.deepEqual(await store.attempts({ step: 'load' }), [later, again, failed])
        assert.deepEqual(await store.attempts({ name: 'weather', step: 'load', limit: 1 }), [again])
        assert.deepEqual(await store.attempts({ runId: 'nobody' }), [])
      }),
    )

    it(
      'leaves out those of runs that a step started, where it is asked to',
      withStore(async (store) => {
        const parent = { runId: 'r1', step: 'load' }
        await store.commit([creation('r1'), creation('r2', [], { createdAt: 1_767_961_697_000, parent })])
        for (const runId of ['r1', 'r2']) {
          const ended = { status: 'completed' as const, at: 5, error: null, attempts: [attempt(runId, 'load')] }
          await store.commit([append(runId, 0, ['0'], { ended })])
        }
        assert.deepEqual((await store.attempts({ name: 'weather' })).map(({ runId }) => runId), ['r2', 'r1'])
        assert.deepEqual((await store.attempts({ name: 'weather', topLevel: true })).map(({ runId }) => runId), ['r1'])
      }),
    )

    it(
      'adds those of a run that went on',
      withStore(async (store) => {
        const first = attempt('r', 'load', { status: 'failed' })
        const second = attempt('r', 'load', { attempt: 2 })
        await store.commit([creation('r')])
        const failed = { status: 'failed' as const, at: 5, error: null, attempts: [first] }
        await store.commit([append('r', 0, ['0'], { ended: failed })])
        const completed = { status: 'completed' as const, at: 6, error: null, attempts: [second] }
        await store.commit([append('r', 1, ['1'], { reopened: true, ended: completed })])
        assert.deepEqual(await store.attempts({ runId: 'r' }), [second, first])
      }),
    )
  })
}
