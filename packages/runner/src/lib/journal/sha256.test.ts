import { hash } from 'node:crypto'
import { getBuiltinModule } from 'node:process'
import fc from 'fast-check'
import { beforeEach, expect, it, vi } from 'vitest'
import type * as module from './sha256.ts'

vi.mock(import('node:process'), async (original) => {
  const actual = await original()
  return { ...actual, getBuiltinModule: vi.fn(actual.getBuiltinModule) }
})

let sha256Hex: typeof module.sha256Hex
beforeEach(async () => {
  vi.resetModules()
  vi.mocked(getBuiltinModule).mockClear()
  ;({ sha256Hex } = await import('./sha256.ts'))
})

const same = (one: string | Uint8Array): void => void expect(sha256Hex(one)).toBe(hash('sha256', one, 'hex'))
const content = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.uint8Array({ maxLength: 200 }))

it('is what node:crypto says, whichever computes it', () => {
  fc.assert(fc.property(content, same), { numRuns: 60 })
  same('x'.repeat(20_000))
  fc.assert(fc.property(content, same), { numRuns: 20 })
})

it('loads node:crypto for more than a short run hashes, and not before', () => {
  for (let i = 0; i < 16; i++) sha256Hex(Buffer.alloc(1024, i))
  expect(getBuiltinModule).not.toHaveBeenCalled()
  sha256Hex('and a little')
  sha256Hex('more')
  expect(vi.mocked(getBuiltinModule).mock.calls).toEqual([['node:crypto']])
})
