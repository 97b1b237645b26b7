import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRecipe } from './decode.ts'

const limit = 1000

test('gives back whatever was encoded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = new TextEncoder().encode(text)
      expect(decodeRecipe(bytes, limit)).toEqual({ text: new TextDecoder().decode(bytes) })
    }),
  )
})

test('finds the first byte that the decoder of the platform refuses', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const { text, finding } = decodeRecipe(bytes, limit)
      const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      const valid = (length: number) => {
        try {
          strict.decode(bytes.subarray(0, length))
          return true
        } catch {
          return false
        }
      }
      if (!finding) return valid(bytes.length)
      const longest = Array.from(bytes, (_, i) => i)
        .filter(valid)
        .at(-1)
      return (
        finding.message.startsWith(`byte ${longest} `) && text.endsWith('\uFFFD') && finding.range[1] === text.length
      )
    }),
    { numRuns: 500 },
  )
})

test.each([['too long'], [new TextEncoder().encode('too long')]])(
  'refuses what is larger than the limit: %j',
  (source) => {
    expect(decodeRecipe(source, 7).finding).toMatchObject({
      code: 'RECIPE_TOO_LARGE',
      message: 'the recipe is larger than 7 bytes',
    })
  },
)
