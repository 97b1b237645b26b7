import type { EventData, JournalEvent, Runner } from '@lorc/runner'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ChildNotes } from './child-notes.ts'
import { PID } from '../fake-io.fixture.ts'
import { CREATED, DRIVER, journalOf, runnerOf, started } from '../scripted-run.fixture.ts'

const asked = (step: string): EventData => ({ type: 'approval.requested', step, message: '', by: null, expiresAt: null })
const linked = (step: string, runId: string): EventData => ({ type: 'step.linked', step, attempt: 1, runId })

/** Notes on the runs that are there, by id; one of undefined events comes into being when it is asked for again. */
function notesOn(runs: Record<string, EventData[]>, late: string[] = []) {
  const told: string[] = []
  const missing = new Set(late)
  const store = { get: async (runId: string) => (missing.delete(runId) ? undefined : { runId }) }
  const runner = {
    ...runnerOf({
      async *events(runId: string): AsyncGenerator<JournalEvent> {
        const events = runs[runId]
        if (events === undefined) throw new Error('no such run')
        yield* journalOf(...events)
      },
    }),
    store,
  } as unknown as Runner
  return { told, notes: new ChildNotes(runner, PID, (text) => told.push(text)) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const settled = async (ms = 5): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms))

it('tells what the run of a step waits for, and what the run of a step of that does', async () => {
  const { told, notes } = notesOn({
    one: [CREATED, DRIVER, started('x'), linked('x', 'two'), asked('gate')],
    two: [CREATED, DRIVER, asked('deep')],
  })
  for (const event of journalOf(started('sub'), linked('sub', 'one'))) notes.event(event, true)
  for (const event of journalOf(linked('odd', 'nowhere'), started('odd'), asked('mine'))) notes.event(event, true)
  await settled()
  expect(told.sort()).toEqual([
    'to let deep go on: lorc approve two deep (or --reject)',
    'to let gate go on: lorc approve one gate (or --reject)',
  ])
  notes.stop()
})

it('goes on with the run that an earlier driver linked, and tells what that waited for', async () => {
  const other: EventData = { ...DRIVER, pid: PID + 1 } as EventData
  const { told, notes } = notesOn({ one: [CREATED, other, asked('gate'), DRIVER] })
  for (const event of journalOf(started('sub'), linked('sub', 'one'))) notes.event(event, false)
  await settled()
  expect(told).toEqual([])
  for (const event of journalOf(started('sub', 2))) notes.event(event, true)
  await settled()
  expect(told).toHaveLength(1)
})

it('tells of the pause of a run that was not paused with the one around it', async () => {
  const paused = (reason: string): EventData => ({ type: 'run.paused', by: 'ana', reason })
  const { told, notes } = notesOn({ one: [CREATED, DRIVER, paused('mine')], two: [CREATED, DRIVER, paused('all')], three: [CREATED, DRIVER, paused('all')] })
  for (const event of journalOf(paused('all'), linked('a', 'one'), linked('b', 'two'))) notes.event(event, true)
  await settled()
  expect(told).toEqual(['to let the run go on: lorc unpause one'])
  for (const event of journalOf({ type: 'run.unpaused', by: 'ana', reason: '' }, linked('c', 'three'))) notes.event(event, true)
  await settled()
  expect(told).toEqual(['to let the run go on: lorc unpause one', 'to let the run go on: lorc unpause three'])
  notes.stop()
})

it('waits for a run that is about to begin, unless it is stopped', async () => {
  const { told, notes } = notesOn({ one: [CREATED, DRIVER, asked('gate')], two: [CREATED, DRIVER, asked('gate')] }, ['one', 'two'])
  for (const event of journalOf(linked('sub', 'one'))) notes.event(event, true)
  await settled(150)
  expect(told).toHaveLength(1)
  for (const event of journalOf(linked('sub', 'two'))) notes.event(event, true)
  notes.stop()
  await settled(150)
  expect(told).toHaveLength(1)
})
