import assert from 'node:assert/strict'
import type { Suite } from './medium.ts'
import { append, creation, journal, summary } from './samples.ts'

export function journalSuite({ describe, it, itShared, withStore }: Suite): void {
  describe('journal', () => {
    it(
      'keeps the lines of a run in the order in which they were appended',
      withStore(async (store) => {
        assert.deepEqual(await store.commit([creation('r', ['0', '1'])]), ['ok'])
        assert.deepEqual(await store.commit([append('r', 2, ['2'])]), ['ok'])
        assert.deepEqual(await store.commit([append('r', 3, ['3', '4'])]), ['ok'])
        assert.deepEqual(await journal(store, 'r'), ['0', '1', '2', '3', '4'])
      }),
    )

    it(
      'refuses to create a run twice, and leaves the first as it is',
      withStore(async (store) => {
        await store.commit([creation('r', ['mine'])])
        assert.deepEqual(await store.commit([creation('r', ['theirs'], { name: 'other' })]), ['exists'])
        assert.deepEqual(await journal(store, 'r'), ['mine'])
        assert.equal((await store.get('r'))?.name, 'weather')
      }),
    )

    it(
      'creates nothing with a first event or a first lease that is not the first',
      withStore(async (store) => {
        assert.deepEqual(await store.commit([{ ...creation('r', ['3']), firstSeq: 3 }]), ['fenced'])
        assert.deepEqual(await store.commit([{ ...creation('r', ['0']), epoch: 2 }]), ['fenced'])
        assert.equal(await store.get('r'), undefined)
      }),
    )

    it(
      'fences a batch of another epoch, below and above the lease',
      withStore(async (store) => {
        await store.commit([creation('r', ['0'])])
        assert.deepEqual(await store.commit([append('r', 1, ['1'], { epoch: 0 })]), ['fenced'])
        assert.deepEqual(await store.commit([append('r', 1, ['1'], { epoch: 2 })]), ['fenced'])
        assert.deepEqual(await journal(store, 'r'), ['0'])
      }),
    )

    it(
      'fences a batch that does not begin where the journal ends',
      withStore(async (store) => {
        await store.commit([creation('r', ['0', '1', '2'])])
        for (const firstSeq of [0, 1, 2, 4]) {
          assert.deepEqual(await store.commit([append('r', firstSeq, ['x'])]), ['fenced'], `at ${firstSeq}`)
        }
        assert.deepEqual(await journal(store, 'r'), ['0', '1', '2'])
      }),
    )

    it(
      'fences a batch for a run that does not exist',
      withStore(async (store) => {
        assert.deepEqual(await store.commit([append('nobody', 0, ['0'])]), ['fenced'])
        const results = await store.commit([append('nobody', 0, []), append('nobody', 0, ['0'])])
        assert.deepEqual(results, ['fenced', 'fenced'])
      }),
    )

    it(
      'takes every good batch of a commit, and nothing of the others',
      withStore(async (store) => {
        await store.commit([creation('a', ['0']), creation('b', ['0'])])
        const ended = { status: 'failed' as const, at: 9, error: null, attempts: [] }
        const results = await store.commit([
          append('a', 1, ['1']),
          append('b', 7, ['no'], { ended }),
          creation('a', ['no']),
          creation('c', ['0']),
          append('a', 2, ['2']),
        ])
        assert.deepEqual(results, ['ok', 'fenced', 'exists', 'ok', 'ok'])
        assert.deepEqual(await journal(store, 'a'), ['0', '1', '2'])
        assert.deepEqual(await journal(store, 'b'), ['0'])
        assert.deepEqual(await journal(store, 'c'), ['0'])
        assert.deepEqual(await store.get('b'), summary('b'))
      }),
    )

    it(
      'fences a batch without lines like any other',
      withStore(async (store) => {
        await store.commit([creation('r', ['0'])])
        assert.deepEqual(await store.commit([append('r', 1, []), append('r', 0, [])]), ['ok', 'fenced'])
        assert.deepEqual(await store.commit([append('r', 2, [])]), ['fenced'])
        assert.deepEqual(await store.commit([append('r', 1, ['1'])]), ['ok'])
      }),
    )

    it(
      'keeps the order of commits that are not awaited',
      withStore(async (store) => {
        await store.commit([creation('r')])
        const commits = Array.from({ length: 50 }, (_, seq) => store.commit([append('r', seq, [String(seq)])]))
        assert.deepEqual((await Promise.all(commits)).flat(), Array(50).fill('ok'))
        assert.deepEqual(await journal(store, 'r'), Array.from({ length: 50 }, (_, seq) => String(seq)))
      }),
    )

    it(
      'reads from any event on, and nothing from the end on',
      withStore(async (store) => {
        await store.commit([creation('before', ['x']), creation('r', ['0', '1']), creation('after', ['y'])])
        await store.commit([append('r', 2, ['2', '3', '4']), append('r', 5, ['5'])])
        const all = ['0', '1', '2', '3', '4', '5']
        for (const from of all.keys()) assert.deepEqual(await journal(store, 'r', from), all.slice(from))
        assert.deepEqual(await journal(store, 'r', 6), [])
        assert.deepEqual(await journal(store, 'r', 100), [])
      }),
    )

    it(
      'reads a run without events as empty, and refuses one that does not exist',
      withStore(async (store) => {
        await store.commit([creation('r')])
        assert.deepEqual(await journal(store, 'r'), [])
        await assert.rejects(journal(store, 'nobody'), { code: 'RUN_UNKNOWN' })
      }),
    )

    it(
      'keeps large lines and any Unicode text as they are',
      withStore(async (store) => {
        const lines = [`"${'é€😀\u2028'.repeat(300_000)}"`, '"\\u0000 \\ud800 \\n"', `"${'x'.repeat(5_000_000)}"`, '{}']
        await store.commit([creation('r', lines.slice(0, 1))])
        await store.commit([append('r', 1, lines.slice(1))])
        const found = await journal(store, 'r')
        assert.ok(found.length === 4 && found.every((line, at) => line === lines[at]))
        assert.deepEqual(await journal(store, 'r', 3), ['{}'])
      }),
    )

    it(
      'keeps 10,000 events and reads them in chunks',
      withStore(async (store) => {
        const pad = 'x'.repeat(400)
        const line = (seq: number) => `{"seq":${seq},"pad":"${pad}"}`
        await store.commit([creation('r')])
        for (let seq = 0; seq < 10_000; seq += 100) {
          const lines = Array.from({ length: 100 }, (_, at) => line(seq + at))
          assert.deepEqual(await store.commit([append('r', seq, lines)]), ['ok'])
        }
        let next = 0
        let largest = 0
        for await (const chunk of store.read('r')) {
          largest = Math.max(largest, chunk.length)
          for (const found of chunk) assert.equal(found, line(next++))
        }
        assert.equal(next, 10_000)
        assert.ok(largest < 10_000, 'in more than one chunk')
      }),
    )

    itShared(
      'finds everything again when it is opened anew',
      withStore(async (store, open) => {
        await store.commit([creation('r', ['0'])])
        await store.commit([append('r', 1, ['1', '2'])])
        await store.close()
        const again = await open()
        assert.deepEqual(await journal(again, 'r'), ['0', '1', '2'])
        assert.deepEqual(await again.get('r'), summary('r'))
        assert.equal(await again.plan('plan-1'), '{"plan":"plan-1"}')
        assert.deepEqual(await again.commit([append('r', 3, ['3'])]), ['ok'])
      }),
    )

    itShared(
      'lets two stores work on one medium at once',
      withStore(async (one, open) => {
        const two = await open()
        await one.commit([creation('a', ['0'])])
        await two.commit([creation('b', ['0'])])
        assert.deepEqual(await two.commit([creation('a')]), ['exists'])
        for (let seq = 1; seq < 20; seq += 1) {
          const commits = [one.commit([append('a', seq, [`${seq}`])]), two.commit([append('b', seq, [`${seq}`])])]
          assert.deepEqual(await Promise.all(commits), [['ok'], ['ok']])
        }
        const lines = Array.from({ length: 20 }, (_, seq) => `${seq}`)
        assert.deepEqual(await journal(one, 'b'), lines)
        assert.deepEqual(await journal(two, 'a'), lines)
        assert.deepEqual(await two.commit([append('a', 19, ['late'])]), ['fenced'])
      }),
    )
  })
}
