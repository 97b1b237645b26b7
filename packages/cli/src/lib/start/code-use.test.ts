import { expect, it } from 'vitest'
import { SECTIONS } from '../command-table.ts'
import { codeUse } from './code-use.ts'

it.each([
  ['run recipe.yaml', 'run'],
  ['run recipe.yaml -p days=3', 'run'],
  ['run ingester extract', 'run-job'],
  ['jobs show ingester extract', 'jobs-show'],
  ['jobs', 'jobs'],
  ['runs --json', 'runs'],
  ['validate a.yaml', 'validate'],
  ['--help', 'other'],
  ['../../etc', 'other'],
  ['', 'other'],
])('`lorc %s` calls what %s calls', (line, use) => {
  expect(codeUse(line === '' ? [] : line.split(' '))).toBe(use)
})

it('knows every command of two words', () => {
  for (const name of Object.values(SECTIONS).flatMap((commands) => Object.keys(commands))) {
    expect(codeUse(name.split(' '))).toBe(name.replace(' ', '-'))
  }
})
