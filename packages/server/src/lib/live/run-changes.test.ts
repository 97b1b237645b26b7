import { TestClock } from '@lorc/runner/testing'
import { expect, it } from 'vitest'
import { runItem } from '../answers/run-answer.ts'
import { RunChanges, type ShownRuns } from './run-changes.ts'

const run = (name: string, status: 'running' | 'completed' = 'running', runId = 'run_1') =>
  runItem({ runId, name, status, createdAt: 0, endedAt: null, recipe: null, planHash: '', steps: 1, error: null, parent: null })

function place() {
  const clock = new TestClock()
  let state: string | Error = 'one'
  let looks = 0
  const look = async (): Promise<ShownRuns> => {
    looks++
    if (state instanceof Error) throw state
    return new Map([['run_1', JSON.stringify(run(state))]])
  }
  const changes = new RunChanges(look, clock)
  const first = async (): Promise<string> => {
    const state = changes.next(undefined, open())
    await clock.advance(0)
    return (await state)!
  }
  return { clock, changes, set: (next: string | Error) => (state = next), looks: () => looks, first }
}
const open = (): AbortSignal => new AbortController().signal

it('tells who has seen nothing at once, and others when it has changed, with one look for all', async () => {
  const { clock, changes, set, looks, first } = place()
  const seen = await first()
  expect(looks()).toBe(1)
  const told: (string | undefined)[] = []
  for (let i = 0; i < 3; i++) void changes.next(seen, open()).then((state) => told.push(state))
  await clock.advance(3000)
  expect([told, looks()]).toEqual([[], 4])
  set('two')
  await clock.advance(1000)
  const second = told[0]
  expect([told, looks(), clock.nextIn]).toEqual([[second, second, second], 5, undefined])
  expect(second).not.toBe(seen)
})

it('looks no more once nobody waits, and again when somebody does', async () => {
  const { clock, changes, looks, first } = place()
  const gone = new AbortController()
  const waiting = changes.next('seen', gone.signal)
  gone.abort()
  expect([await waiting, await changes.next('seen', gone.signal), clock.nextIn]).toEqual([undefined, undefined, undefined])
  void changes.next(await first(), open())
  expect(looks()).toBe(1)
  void changes.next(undefined, open())
  await clock.advance(0)
  expect(looks()).toBe(2)
})

it('goes on looking where the store failed', async () => {
  const { clock, changes, set, first } = place()
  const seen = await first()
  set(new Error('disk'))
  const waiting = changes.next(seen, open())
  await clock.advance(1000)
  set('two')
  await clock.advance(1000)
  expect(await waiting).toBeDefined()
})

it('tells that a run has begun, or ended, here, though the look shows nothing of it', async () => {
  const { clock, changes, first } = place()
  let seen = await first()
  const run = Promise.withResolvers<never>()
  const changed = async (): Promise<boolean> => {
    const next = changes.next(seen, open())
    await clock.advance(1000)
    const before = seen
    seen = (await next)!
    return seen !== before
  }
  changes.follow({ result: run.promise })
  expect(await changed()).toBe(true)
  run.reject(new Error('fenced'))
  expect(await changed()).toBe(true)
})

it('tells that what a list has shown is over, though all is as it was at the look before', async () => {
  const { clock, changes, first } = place()
  let seen = await first()
  const told: string[] = []
  const follow = (): void => void changes.next(seen, open()).then((state) => told.push((seen = state!)))
  follow()
  changes.show([run('one'), run('one', 'completed'), run('of which nothing is looked at', 'running', 'run_2')])
  await clock.advance(1000)
  expect(told).toHaveLength(0)
  changes.show([run('paused for a moment')])
  await clock.advance(1000)
  expect(told).toHaveLength(1)
  follow()
  await clock.advance(3000)
  expect(told).toHaveLength(1)
})

it('remembers only so much of what was shown', async () => {
  const { clock, changes, first } = place()
  const seen = await first()
  changes.show(Array.from({ length: 1001 }, (_, i) => run('of many', 'running', `run_${i + 10}`)))
  const next = changes.next(seen, open())
  await clock.advance(1000)
  expect(await next).toMatch(/^1 /)
})
