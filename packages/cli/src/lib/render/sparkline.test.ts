import { expect, it } from 'vitest'
import { marksFor } from './marks.ts'
import { sparkline } from './sparkline.ts'

const unicode = marksFor({ LANG: 'C.UTF-8' })

it('is a character a value, from the least to the greatest or between given bounds', () => {
  expect(sparkline([1, 2, null, 8], unicode)).toBe('▁▂ █')
  expect(sparkline([0.5, 1, 2, -1], unicode, 0, 1)).toBe('▅███▁'.replace('███', '██'))
  expect(sparkline([5, 5], unicode)).toBe('▁▁')
  expect(sparkline([], unicode)).toBe('')
})

it('is ASCII where that is all there is', () => expect(sparkline([0, 7], marksFor({ LANG: 'C' }))).toBe('_#'))
