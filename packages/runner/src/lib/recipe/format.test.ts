import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { formatProblem } from './format.ts'
import type { Problem } from './text/problem.ts'
import { RecipeSource } from './text/source.ts'

function problem(text: string, word: string, more: Partial<Problem> = {}): Problem {
  const start = text.indexOf(word)
  return {
    ...new RecipeSource('r.yaml', text).problem({
      code: 'RECIPE_YAML',
      message: 'it is wrong',
      range: [start, start + word.length],
    }),
    ...more,
  }
}

test('shows the place, the line, the token and a fix', () => {
  expect(formatProblem(problem('steps:\n  - maxx: 3\n', 'maxx', { fix: 'did you mean `max`?' }))).toBe(
    `
r.yaml:2:5: it is wrong [RECIPE_YAML]
  2 |   - maxx: 3
    |     ^^^^
    = did you mean \`max\`?`.trimStart(),
  )
})

test('is the same in color, but for the colors', () => {
  const one = problem('a: b', 'b', { fix: 'so' })
  const colored = formatProblem(one, { color: true })
  expect(colored).toContain('\u001b[31m^\u001b[39m')
  expect(stripVTControlCharacters(colored)).toBe(formatProblem(one))
})

const caret = (text: string, word: string) => {
  const [, line = '', under = ''] = formatProblem(problem(text, word)).split('\n')
  return [line.slice(6), under.slice(6)]
}

test.each([
  ['tabs', 'a:\t\tb', 'b', ['a:        b', '          ^']],
  ['wide characters', 'name: 数字 x', 'x', ['name: 数字 x', '           ^']],
  ['a wide token', 'name: 数字', '数字', ['name: 数字', '      ^^^^']],
  ['emoji, also composed ones', 'n: 👩‍🔬👍🏽 x', 'x', ['n: 👩‍🔬👍🏽 x', '        ^']],
  ['emoji by selector', 'n: ❤️ x', 'x', ['n: ❤️ x', '      ^']],
  ['combining marks', 'n: e\u0301 x', 'x', ['n: e\u0301 x', '     ^']],
  ['lone marks and joiners', 'n: \u200d x', 'x', ['n: \u200d x', '    ^']],
  ['nothing after the end', 'a: ', '', ['a:', '^']],
])('puts the caret under the token after %s', (_, text, word, expected) => {
  expect(caret(text, word)).toEqual(expected)
})

test('lets nothing steer the terminal', () => {
  const shown = formatProblem(
    problem('a: \u001b[2J\u0007\u009b x\u202e', 'x', { message: 'bad \u001b]0;t\u0007', file: 'a\u001bb' }),
  )
  expect(shown).toContain('a␛b:1:')
  expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
})

test.each([
  [150, '...'],
  [1900, '...'],
  [5000, '...'],
])('shows the part of a long line around column %i', (at, dots) => {
  const text = `${'x'.repeat(at)}HERE${'y'.repeat(5000)}`
  const [line = '', under = ''] = caret(text, 'HERE')
  expect(line.startsWith(dots)).toBe(true)
  expect(line.length).toBeLessThan(160)
  expect(line.slice(under.indexOf('^'), under.length)).toBe('HERE')
})

test('cuts a long token', () => {
  const [line = '', under = ''] = caret(`a: ${'z'.repeat(3000)}`, 'z'.repeat(3000))
  expect(line.endsWith('...')).toBe(true)
  expect(under.length).toBeLessThan(line.length)
})

test('shows no line where there is none', () => {
  expect(formatProblem(problem('', ''))).toBe('r.yaml:1:1: it is wrong [RECIPE_YAML]')
})
