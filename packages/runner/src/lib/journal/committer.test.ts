import { expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { Committer, type Source } from './committer.ts'
import type { RunnerError } from '../errors.ts'
import type { CommitResult, JournalBatch, RunStore } from '../store.ts'

type Commit = RunStore['commit']

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const allOk: Commit = (batches) => batches.map(() => 'ok')

/** What was committed together, by the runs' ids. */
function committing(commit: Commit = allOk) {
  const commits: string[][] = []
  const store = {
    commit(batches: readonly JournalBatch[]) {
      commits.push(batches.map(({ runId }) => runId))
      return commit(batches)
    },
  } as RunStore
  return { committer: Committer.of(store), commits, store }
}

function source(runId: string, done: (result: CommitResult | RunnerError) => void = () => {}, clock = systemClock): Source {
  return { clock, take: () => ({ runId, epoch: 1, firstSeq: 0, lines: [] }), done }
}

it('has one committer for each store', () => {
  const { committer, store } = committing()
  expect(Committer.of(store)).toBe(committer)
  expect(committing().committer).not.toBe(committer)
})

it('commits together what was asked for in one turn, without a source that has nothing after all', async () => {
  const { committer, commits } = committing()
  committer.request(source('a'))
  await Promise.resolve()
  committer.request({ clock: systemClock, take: () => undefined, done: () => expect.unreachable() })
  committer.request(source('b'))
  expect(commits).toEqual([])
  await turn()
  expect(commits).toEqual([['a', 'b']])
})

it.each<[string, (act: () => void) => void]>([
  ['at once', (act) => act()],
  ['through promises', (act) => void Promise.resolve().then(() => Promise.resolve()).then(act)],
])('goes on in the same turn with a run that is alone and answers %s, and lets others have theirs', async (_how, answer) => {
  let now = 0
  const { committer, commits } = committing()
  let again = 20
  const alone = source('a', () => {
    if (again-- > 0) answer(() => committer.request(alone))
  }, { ...systemClock, monotonic: () => (now += 0.5) })
  committer.request(alone)
  await turn()
  const inOneTurn = commits.length
  expect(inOneTurn).toBeGreaterThan(1)
  expect(inOneTurn).toBeLessThan(20)
  while (again >= 0) await turn()
  expect(commits).toHaveLength(21)
})

it('gathers again what several runs answer to a commit', async () => {
  const { committer, commits } = committing()
  const answered = new Set<Source>()
  const answering = (runId: string): Source => {
    const one = source(runId, () => {
      if (answered.has(one)) return
      answered.add(one)
      void Promise.resolve().then(() => committer.request(one))
    })
    return one
  }
  committer.request(answering('a'))
  committer.request(answering('b'))
  await turn()
  await turn()
  expect(commits).toEqual([['a', 'b'], ['a', 'b']])
})

it('puts what comes while a commit is under way into the next', async () => {
  let finish: (results: CommitResult[]) => void = () => {}
  const { committer, commits } = committing(() => new Promise((resolve) => (finish = resolve)))
  const results: unknown[] = []
  committer.request(source('a', (result) => results.push(result)))
  await turn()
  committer.request(source('b'))
  committer.request(source('c'))
  await turn()
  expect(commits).toEqual([['a']])
  finish(['fenced'])
  await turn()
  await turn()
  expect(results).toEqual(['fenced'])
  expect(commits).toEqual([['a'], ['b', 'c']])
})

it.each([
  ['throws', () => { throw new Error('disk') }],
  ['rejects', () => Promise.reject(new Error('disk'))],
] as [string, Commit][])('tells every source of a commit that %s, and goes on', async (_how, commit) => {
  const { committer, commits } = committing(commit)
  const results: unknown[] = []
  committer.request(source('a', (result) => results.push(result)))
  committer.request(source('b', (result) => results.push(result)))
  await turn()
  await turn()
  expect(results).toEqual([expect.objectContaining({ code: 'STORE_UNAVAILABLE' }), expect.objectContaining({ code: 'STORE_UNAVAILABLE' })])
  committer.request(source('c'))
  await turn()
  expect(commits).toEqual([['a', 'b'], ['c']])
})
