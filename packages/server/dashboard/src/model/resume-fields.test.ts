import { describe, expect, it } from 'vitest'
import { resumeFields } from './resume-fields.ts'
import type { StepLine } from './run-picture.ts'

const line = (name: string, status: StepLine['status'], isItem = false): StepLine => ({ name, status, isItem, index: 0, attempts: 1, ready: 0, started: 0, ended: 1, spans: [] })
const shown = (...given: Parameters<typeof resumeFields>): unknown[] => resumeFields(...given).map(({ name, kind, required, choices }) => [name, kind, required, choices])

describe('the fields of a run that goes on', () => {
  it('offer the steps that are over to be run again, and the others to be skipped', () => {
    const lines = [line('load', 'completed'), line('load[0]', 'completed', true), line('model', 'failed'), line('model[0]', 'failed', true), line('publish', 'blocked'), line('old', 'skipped')]
    expect(shown('failed', lines)).toEqual([
      ['from', 'choices', false, ['load', 'old']],
      ['skip', 'choices', false, ['model', 'publish']],
      ['set', 'json', false, []],
    ])
  })

  it('take names where there are many steps, or none are known', () => {
    const many = Array.from({ length: 13 }, (_, i) => line(`s${i}`, 'completed'))
    for (const lines of [many, undefined]) expect(shown('cancelled', lines).slice(0, 2)).toEqual([['from', 'lines', false, []], ['skip', 'lines', false, []]])
  })

  it('ask of a run that has completed what is to run again', () => {
    expect(shown('completed', [line('load', 'completed')])).toEqual([['from', 'choices', true, ['load']], ['set', 'json', false, []]])
  })
})
