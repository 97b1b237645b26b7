import { expect, it } from 'vitest'
import type { JsonValue } from '../json.ts'
import { SeenValues } from './seen-values.ts'

function told(...values: (JsonValue | undefined)[]): string {
  const seen = new SeenValues()
  for (const [index, value] of values.entries()) seen.onRead('ctx', `a.b_v${index}`, value)
  return seen.text()
}

it.each<[JsonValue | undefined, string]>([
  [0.21, '0.21'],
  [null, 'null'],
  ['mon', '"mon"'],
  ['x'.repeat(81), 'a text of 81 characters'],
  [[1, 'two', [3]], '[1,"two",a list of 1]'],
  [Array.from({ length: 6 }, () => 1), 'a list of 6'],
  [{ rows: 0, of: { a: 1 } }, '{"rows":0,"of":a map of 1}'],
  [{ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, 'a map of 6'],
  [undefined, 'not there'],
])('%j', (value, text) => {
  expect(told(value)).toBe(`, as a.b_v0 is ${text}`)
})

it('tells what a parameter and a step are, each once, and no more than five', () => {
  const seen = new SeenValues()
  expect(seen.text()).toBe('')
  for (let i = 0; i < 2; i++) seen.onRead('params', 'day', 3)
  seen.onRead('steps', 'load', { status: 'failed', outputs: [] })
  seen.onRead('steps', 'gone', undefined)
  expect(seen.text()).toBe(', as params.day is 3, steps.load is failed, steps.gone is not there')
  expect(told(1, 2, 3, 4, 5)).not.toContain('...')
  expect(told(1, 2, 3, 4, 5, 6, 7)).toMatch(/a.b_v4 is 5, \.\.\.$/)
})
