import { expect, test } from 'vitest'
import { StepStates } from './step-states.ts'

const blank = new StepStates(1).read(0, 'a')
const time = { wallMs: 1.5, cpuUserMs: null, cpuSystemMs: null, peakRssBytes: null, exitCode: null }

test('a step of which nothing has happened is waiting', () => {
  const nothing = { startedAt: null, endedAt: null, metrics: null, outputs: [], artifacts: [], error: null, cached: false }
  expect(blank).toMatchObject({ name: 'a', status: 'waiting', attempts: 0, blockedBy: null, reason: null, importedFrom: null, ...nothing })
})

test('times and a cost that is only time are told as they were given', () => {
  const states = new StepStates(2)
  states.start(1, 2, 1_700_000_000_000)
  states.end(1, 'completed', 1_700_000_000_001)
  states.setMetrics(1, time)
  const times = { startedAt: 1_700_000_000_000, endedAt: 1_700_000_000_001 }
  expect(states.read(1, 'a')).toEqual({ ...blank, status: 'completed', attempts: 2, ...times, metrics: time })
  expect(states.read(0, 'a')).toEqual(blank)
})

test.each([['cpuUserMs'], ['cpuSystemMs'], ['peakRssBytes'], ['exitCode']])('a cost with %s is kept whole, until another replaces it', (name) => {
  const states = new StepStates(1)
  states.setMetrics(0, { ...time, [name]: 0 })
  expect(states.metrics(0)).toEqual({ ...time, [name]: 0 })
  states.setMetrics(0, { ...time, wallMs: 2 })
  expect(states.metrics(0)).toEqual({ ...time, wallMs: 2 })
  states.setMetrics(0, null)
  expect(states.metrics(0)).toBeNull()
})

test('a new attempt forgets the error and the end of the last one', () => {
  const states = new StepStates(1)
  states.start(0, 1, 5)
  states.end(0, 'failed', 6)
  states.set(0, { error: { code: 'STEP_FAILED', message: 'no' } })
  states.start(0, 2, 7)
  expect(states.read(0, 'a')).toEqual({ ...blank, status: 'running', attempts: 2, startedAt: 7 })
})

test('what is set adds up, and goes when it is cleared', () => {
  const states = new StepStates(1)
  states.end(0, 'blocked', 3)
  states.set(0, { blockedBy: 'b' })
  states.set(0, { reason: 'because' })
  expect(states.read(0, 'a')).toEqual({ ...blank, status: 'blocked', endedAt: 3, blockedBy: 'b', reason: 'because' })
  states.reset(0, { reason: null })
  expect(states.read(0, 'a').reason).toBeNull()
  states.clear(0)
  expect(states.read(0, 'a')).toEqual(blank)
})

test('room for further steps changes nothing of those that are there', () => {
  const states = new StepStates(1)
  states.start(0, 2, 5)
  states.end(0, 'completed', 6)
  states.setMetrics(0, time)
  const before = states.read(0, 'a')
  for (const size of [1, 2, 10]) states.grow(size)
  expect(states.read(0, 'a')).toEqual(before)
  expect(states.read(9, 'a')).toEqual(blank)
})
