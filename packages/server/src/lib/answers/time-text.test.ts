import { expect, it } from 'vitest'
import { timeOrNull } from './time-text.ts'

it('leaves out a time that there is none of', () => {
  expect(timeOrNull(null)).toBeNull()
  expect(timeOrNull(0)).toBe('1970-01-01T00:00:00.000Z')
})
