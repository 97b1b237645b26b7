import { expect, it } from 'vitest'
import { parseExactly } from './exact-json.ts'

it('reads JSON, but none whose whole numbers would become others', () => {
  expect(parseExactly('[{"id":9007199254740993.0,"of":"12345678901234567890","n":[-0,1.10,1e3,9007199254740992,0.1234567890123456789]}]')).toEqual([
    { id: 9007199254740992, of: '12345678901234567890', n: [-0, 1.1, 1000, 9007199254740992, 0.12345678901234568] },
  ])
  expect(() => parseExactly('[{"id":9007199254740993}]')).toThrow(RangeError)
  expect(() => parseExactly(`[-${'9'.repeat(400)}]`)).toThrow(RangeError)
  expect(() => parseExactly('{')).toThrow(SyntaxError)
})
