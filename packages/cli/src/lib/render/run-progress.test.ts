import { expect, it } from 'vitest'
import { completed, CREATED, DRIVER, failed, journalOf, planOf, RUN_ID, started } from '../scripted-run.fixture.ts'
import { RunProgress } from './run-progress.ts'
import type { EventData } from '@lorc/runner'

const plan = planOf(
  'a',
  { name: 'b', retry: { max: 3, delayMs: 0, backoff: 'fixed', factor: 1, maxDelayMs: 0, jitter: 0 } },
  'c',
  {
    name: 'd',
    continueOnError: true,
  },
)

function after(...events: EventData[]): RunProgress {
  const progress = new RunProgress(RUN_ID, plan)
  for (const event of journalOf(CREATED, DRIVER, ...events)) progress.apply(event)
  return progress
}

function statuses(progress: RunProgress): string[] {
  return progress.rows.map((row) => row.status)
}

it('begins with everything waiting', () => {
  expect(statuses(after())).toEqual(['waiting', 'waiting', 'waiting', 'waiting'])
  expect(after().counts).toMatchObject({ waiting: 4, running: 0 })
})

it('follows a step through its attempts', () => {
  const events = [started('b'), failed('b', { retryInMs: 500 }), started('b', 2), completed('b')]
  expect(events.map((_, index) => after(...events.slice(0, index + 1)).row('b')?.status)).toEqual([
    'running',
    'retrying',
    'running',
    'completed',
  ])
  expect(after(...events.slice(0, 2)).row('b')).toMatchObject({
    retryAt: 800,
    note: 'STEP_FAILED: kaputt',
    tries: 3,
  })
  expect(after(...events).row('b')).toMatchObject({ attempt: 2, startedAt: 400, endedAt: 500 })
})

it('keeps the counts, what runs, what failed and what ended last', () => {
  const progress = after(
    started('a'),
    started('b'),
    completed('a'),
    failed('b'),
    { type: 'steps.blocked', steps: ['c'], by: 'b' },
    started('d'),
  )
  expect(progress.counts).toMatchObject({ completed: 1, failed: 1, blocked: 1, running: 1, waiting: 0 })
  expect(progress.ended).toBe(3)
  expect([...progress.running].map((row) => row.name)).toEqual(['d'])
  expect(progress.failed.map((row) => row.name)).toEqual(['b'])
  expect(progress.recent.map((row) => row.name)).toEqual(['a', 'b'])
  expect(progress.row('c')?.note).toBe('by b')
})

it('tells cached and imported results from computed ones', () => {
  const base = { attempt: 0, writes: {}, outputs: [], artifacts: [], metrics: null }
  const cached: EventData = { type: 'step.completed', step: 'a', ...base, cached: 'k' }
  const progress = after(cached, { type: 'step.completed', step: 'b', ...base, importedFrom: 'run_x' })
  expect(progress.rows.slice(0, 2).map((row) => row.note)).toEqual(['cached', 'imported'])
})

it('knows cancelled, skipped and interrupted steps and the end', () => {
  const progress = after(
    { type: 'steps.skipped', steps: ['a'], reason: '--skip' },
    started('b'),
    { type: 'step.interrupted', step: 'b', attempt: 1 },
    started('c'),
    { type: 'run.cancel_requested', by: 'me', reason: 'r' },
    { type: 'step.cancelled', step: 'c', attempt: 1, reason: 'r', metrics: null },
    { type: 'steps.cancelled', steps: ['b', 'd'], reason: 'r' },
    { type: 'run.cancelled', by: 'me', reason: 'r' },
  )
  expect(statuses(progress)).toEqual(['skipped', 'cancelled', 'cancelled', 'cancelled'])
  expect(progress.endedAt).toBe(900)
})

it('opens again, with a new driver, what did not complete', () => {
  const progress = after(
    { type: 'steps.skipped', steps: ['a'], reason: '--skip' },
    started('b'),
    failed('b'),
    started('d'),
    failed('d'),
    { type: 'steps.blocked', steps: ['c'], by: 'b' },
    { type: 'run.failed', step: 'b', error: { code: 'STEP_FAILED', message: 'm' } },
    { type: 'driver.started', epoch: 2, pid: 1, host: 'h' },
  )
  expect(statuses(progress)).toEqual(['skipped', 'waiting', 'waiting', 'failed'])
  expect(progress).toMatchObject({ endedAt: null, startedAt: 900, recent: [] })
  expect(progress.failed.map((row) => row.name)).toEqual(['d'])
})

it('ignores steps that the plan does not have, and processes', () => {
  const progress = after(started('zz'), { type: 'step.spawned', step: 'a', attempt: 1, pid: 1, startTime: '' })
  expect(statuses(progress)).toEqual(['waiting', 'waiting', 'waiting', 'waiting'])
})

it('remembers no more than the last hundred steps', () => {
  const names = Array.from({ length: 300 }, (_, index) => `s${index}`)
  const progress = new RunProgress(RUN_ID, planOf(...names))
  for (const event of journalOf(...names.flatMap((name) => [started(name), completed(name)]))) progress.apply(event)
  expect(progress.recent.length).toBeLessThanOrEqual(100)
  expect(progress.recent.at(-1)?.name).toBe('s299')
})

it('counts the attempts that a step may make anew when the run goes on, or when it is to run again', () => {
  const takenOver: EventData = { type: 'driver.started', epoch: 2, pid: 1, host: 'h' }
  const again: EventData = { type: 'steps.reset', steps: ['b'], by: 'ann', reason: 'x' }
  expect(after(started('b'), failed('b'), takenOver, started('b', 2)).row('b')).toMatchObject({ attempt: 2, forgiven: 1, tries: 3 })
  const interrupted: EventData = { type: 'step.interrupted', step: 'b', attempt: 1 }
  expect(after(started('b'), interrupted, takenOver).row('b')).toMatchObject({ status: 'waiting', forgiven: 1 })
  expect(after(started('b'), completed('b'), takenOver).row('b')).toMatchObject({ forgiven: 0 })
  expect(after(started('b'), completed('b'), again).row('b')).toMatchObject({ forgiven: 1 })
})

it('begins anew with the items of a step that is to run again', () => {
  const each = planOf({ name: 'each', forEach: { items: 'x' }, retry: plan.steps[1]!.retry! })
  const progress = new RunProgress(RUN_ID, each)
  const expanded: EventData = { type: 'step.expanded', step: 'each', items: [1, 2] }
  const first: EventData[] = [CREATED, DRIVER, expanded, started('each[0]'), failed('each[0]'), started('each[1]'), completed('each[1]'), failed('each')]
  const again: EventData[] = [{ type: 'driver.started', epoch: 2, pid: 1, host: 'h' }, { type: 'steps.reset', steps: ['each'], by: 'ann', reason: 'x' }, expanded]
  const events = journalOf(...first, ...again, started('each[1]', 2))
  for (const event of events) progress.apply(event)
  expect(progress.row('each')).toMatchObject({ startedAt: events.at(-2)!.ts, items: { counts: { waiting: 1, running: 1, completed: 0, failed: 0 }, failed: [] } })
  expect(progress.row('each[0]')).toMatchObject({ status: 'waiting', note: '' })
  expect(progress.row('each[1]')).toMatchObject({ status: 'running', attempt: 2, forgiven: 1 })
})

it('keeps the items of a step of which one is to run again', () => {
  const progress = new RunProgress(RUN_ID, planOf({ name: 'each', forEach: { items: 'x' } }))
  const first: EventData[] = [CREATED, DRIVER, { type: 'step.expanded', step: 'each', items: [1, 2] }, started('each[0]'), completed('each[0]'), started('each[1]'), completed('each[1]'), completed('each')]
  const again: EventData[] = [{ type: 'driver.started', epoch: 2, pid: 1, host: 'h' }, { type: 'steps.reset', steps: ['each', 'each[1]'], by: 'ann', reason: 'x' }]
  for (const event of journalOf(...first, ...again)) progress.apply(event)
  expect(progress.row('each')).toMatchObject({ status: 'running', items: { counts: { waiting: 1, completed: 1 } } })
  expect(progress.running.size).toBe(0)
})
