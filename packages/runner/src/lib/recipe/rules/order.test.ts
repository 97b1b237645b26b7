import { expect, test } from 'vitest'
import { stagesOf, type Placed } from './order.ts'

/** `1` idx 1, `-` no idx; `p` parallel, `d` with dependsOn. */
function steps(text: string): Placed[] {
  return text.split(' ').map((word) => ({
    parallel: word.includes('p'),
    ...(/-?\d+/.test(word) ? { idx: Number.parseInt(word) } : {}),
    ...(word.includes('d') ? { dependsOn: [] } : {}),
  }))
}

test.each([
  ['without idx, the order of the list', '- - -', [0, 1, 2]],
  ['with idx, the order of idx', '3 1 2', [2, 0, 1]],
  ['gaps and negative idx do not matter', '100 -5 7', [2, 0, 1]],
  ['equal idx share a stage', '1 2 2 3', [0, 1, 1, 2]],
  ['a step without idx comes after the idx listed before it', '5 - 3', [1, 2, 0]],
  ['and after all steps of that idx', '1 - 1 2', [0, 1, 0, 2]],
  ['several of them in the order of the list', '1 - 1 - 2', [0, 1, 0, 2, 3]],
  ['at the beginning it comes first', '- 1', [0, 1]],
  ['neighbours in parallel share a stage', '- -p -p -', [0, 1, 1, 2]],
  ['also of different idx', '1p 2p 3', [0, 0, 1]],
  ['one in parallel alone has its own stage', '-p - -p', [0, 1, 2]],
  ['equal idx of which one is not parallel do not join neighbours', '1 1p 2p', [0, 0, 1]],
  ['equal idx that are all parallel do', '1p 1p 2p -p', [0, 0, 0, 0]],
  ['a step with dependsOn has its own place and parts neighbours', '-p -pd -p', [0, 1, 2]],
  ['none', '', [0]],
])('%s: %s', (_, text, stages) => {
  expect(stagesOf(steps(text))).toEqual(stages)
})
