import { expect, it } from 'vitest'
import { oddIndent } from './odd-indent.ts'

const lines = (...all: string[]): string => all.join('\n')
const ITEM = ['steps:', '  - name: a', '    type: shell']

it.each([
  ['an item that is too far left', lines(...ITEM, '', ' - name: b', '    type: shell'), { line: 5, after: 3, indent: 1, offset: 37, like: 2 }],
  ['an item that is too far right', lines(...ITEM, '   - name: b'), { line: 4, indent: 3, like: 2 }],
  ['a key that is too far left', lines('steps:', '  - name: a', '   type: shell'), { line: 3, after: 2, indent: 3, like: 4 }],
  ['a key that is too far right', lines(...ITEM, '      script: a.sh'), { line: 4, indent: 6, like: 4 }],
  ['a key of the recipe', lines('name: x', ' steps: []'), { line: 2, indent: 1, like: 0 }],
  ['one after a text of many lines', lines('description: |', '    any', '  thing: goes', 'name: x', '  steps: []'), { line: 5, like: 0 }],
])('finds %s', (_, text, expected) => {
  expect(oddIndent(text)).toMatchObject(expected)
})

it.each([
  ['what is well indented', lines('name: x', 'params:', '    city: { type: string }', 'steps:', '- name: a', '  args:', '    - - 1', '      - 2', '    - x', '  inputs: [a]', '- name: b')],
  ['a text that goes on', lines('description: some', '  more words', 'name: x')],
  ['a key without a colon', lines('steps', '  - name: a')],
  ['brackets that span lines', lines('steps: [', ' a, b]', 'name: x', '  y: z')],
  ['quotes that span lines', lines('name: "x', ' y: z"')],
  ['tabs', lines('steps:', '\t- name: a')],
  ['comments', lines(...ITEM, ' # note', '    script: a.sh')],
])('leaves %s', (_, text) => {
  expect(oddIndent(text)).toBeUndefined()
})
