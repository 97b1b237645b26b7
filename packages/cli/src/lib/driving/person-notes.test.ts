import { expect, it } from 'vitest'
import { PersonNotes } from './person-notes.ts'
import { CREATED, DRIVER, failed, journalOf, RUN_ID } from '../scripted-run.fixture.ts'
import type { EventData } from '@lorc/runner'

const asked = (step: string, by: string[] | null = null): EventData => ({ type: 'approval.requested', step, message: '', by, expiresAt: null })
const paused: EventData = { type: 'run.paused', by: 'ann', reason: 'r' }

function notesOn(before: EventData[], after: EventData[]): string[] {
  const told: string[] = []
  const notes = new PersonNotes(RUN_ID, (text) => told.push(text.replaceAll(RUN_ID, 'RUN')))
  for (const event of journalOf(...before)) notes.event(event, false)
  for (const event of journalOf(...after)) notes.event(event, true)
  return told
}

it('tells the command that a run waits for when it begins to wait', () => {
  expect(notesOn([], [CREATED, DRIVER, asked('gate'), asked('ship', ['ann', 'bob']), paused])).toEqual([
    'to let gate go on: lorc approve RUN gate (or --reject)',
    'to let ship go on: lorc approve RUN ship --by ann (or --reject)',
    'to let the run go on: lorc unpause RUN',
  ])
})

it('tells again what an earlier driver waited for, but not what was decided or is over', () => {
  const decided: EventData = { type: 'approval.decided', step: 'a', approved: true, by: 'ann', reason: 'r' }
  const cancelled: EventData = { type: 'step.cancelled', step: 'c', attempt: 1, reason: 'r', metrics: null }
  const before = [CREATED, DRIVER, asked('a'), asked('b'), asked('c'), asked('d'), paused, decided, failed('b'), cancelled]
  expect(notesOn(before, [DRIVER])).toEqual([
    'to let d go on: lorc approve RUN d (or --reject)',
    'to let the run go on: lorc unpause RUN',
  ])
  expect(notesOn([...before, { ...paused, type: 'run.unpaused' }], [DRIVER])).toHaveLength(1)
})

it('tells once what a resume asks for again', () => {
  expect(notesOn([CREATED, asked('a')], [DRIVER, asked('a')])).toEqual(['to let a go on: lorc approve RUN a (or --reject)'])
})
