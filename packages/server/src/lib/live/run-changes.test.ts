import { TestClock } from '@lorc/runner/testing'
import { expect, it } from 'vitest'
import { RunChanges } from './run-changes.ts'

function place() {
  const clock = new TestClock()
  let state: string | Error = 'one'
  let looks = 0
  const look = async (): Promise<string> => {
    looks++
    if (state instanceof Error) throw state
    return state
  }
  const changes = new RunChanges(look, clock)
  return { clock, changes, set: (next: string | Error) => (state = next), looks: () => looks }
}
const open = (): AbortSignal => new AbortController().signal

it('tells who has seen nothing at once, and others when it has changed, with one look for all', async () => {
  const { clock, changes, set, looks } = place()
  const first = changes.next(undefined, open())
  await clock.advance(0)
  expect([await first, looks()]).toEqual(['0 one', 1])
  const told: (string | undefined)[] = []
  for (let i = 0; i < 3; i++) void changes.next('0 one', open()).then((state) => told.push(state))
  await clock.advance(3000)
  expect([told, looks()]).toEqual([[], 4])
  set('two')
  await clock.advance(1000)
  expect([told, looks(), clock.nextIn]).toEqual([['0 two', '0 two', '0 two'], 5, undefined])
})

it('looks no more once nobody waits, and again when somebody does', async () => {
  const { clock, changes, looks } = place()
  const gone = new AbortController()
  const waiting = changes.next('0 one', gone.signal)
  gone.abort()
  expect([await waiting, await changes.next('0 one', gone.signal), clock.nextIn]).toEqual([undefined, undefined, undefined])
  void changes.next('0 one', open())
  const late = changes.next(undefined, open())
  await clock.advance(0)
  expect([await late, looks()]).toEqual(['0 one', 1])
  await clock.advance(1000)
  expect(looks()).toBe(2)
})

it('goes on looking where the store failed', async () => {
  const { clock, changes, set } = place()
  set(new Error('disk'))
  const waiting = changes.next('0 one', open())
  await clock.advance(1000)
  set('two')
  await clock.advance(1000)
  expect(await waiting).toBe('0 two')
})

it('tells that a run has begun, or ended, here, though the look shows nothing of it', async () => {
  const { clock, changes } = place()
  const run = Promise.withResolvers<never>()
  changes.follow({ result: run.promise })
  const begun = changes.next('0 one', open())
  await clock.advance(1000)
  expect(await begun).toBe('1 one')
  const ended = changes.next('1 one', open())
  await clock.advance(1000)
  run.reject(new Error('fenced'))
  await clock.advance(1000)
  expect(await ended).toBe('2 one')
})
