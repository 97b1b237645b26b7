import { ContextError } from './errors.ts'
import { show } from './json-path.ts'

/**
 * Bounds that keep a faulty step from filling the memory. Sizes are those of compact JSON in UTF-8, where a number
 * counts 8 bytes and escapes count as one character each.
 */
export interface ContextLimits {
  /** Bytes of one value. Default 16 MiB. */
  valueBytes: number
  /** Arrays and objects inside one another; `[]` is 1. Default 100, at most 1000. */
  depth: number
  /** Characters of a key. Default 200. */
  keyLength: number
  /** Keys of one context. Default 1,000,000. */
  keys: number
  /** Bytes of all values, history included (it is kept). Default 1 GiB. */
  totalBytes: number
}

/** What a context is held to unless it is made with other limits. */
export const DEFAULT_LIMITS: Readonly<ContextLimits> = Object.freeze({
  valueBytes: 16 * 1024 * 1024,
  depth: 100,
  keyLength: 200,
  keys: 1_000_000,
  totalBytes: 1024 * 1024 * 1024,
})

/** The walk over a value is recursive: this depth is safe on any stack that Node starts with. */
const DEEPEST = 1000

/** The default limits with `changes`. Throws CONTEXT_OPTION_INVALID. */
export function resolveLimits(changes?: Partial<ContextLimits>): Readonly<ContextLimits> {
  if (changes === undefined) return DEFAULT_LIMITS
  const limits = { ...DEFAULT_LIMITS }
  for (const name of Object.keys(changes)) {
    if (!isLimit(name)) throw invalid(`limits.${name} is not a limit`)
    const value: unknown = changes[name]
    if (value === undefined) continue
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
      throw invalid(`limits.${name} must be a whole number from 1 on, not ${show(value)}`)
    }
    limits[name] = value
  }
  if (limits.depth > DEEPEST) throw invalid(`limits.depth must be at most ${DEEPEST}, not ${limits.depth}`)
  return Object.freeze(limits)
}

function isLimit(name: string): name is keyof ContextLimits {
  return Object.hasOwn(DEFAULT_LIMITS, name)
}

function invalid(message: string): ContextError {
  return new ContextError('CONTEXT_OPTION_INVALID', message)
}

/** Bytes for a message: `16.2 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB']
  let unit = 'B'
  let amount = bytes
  for (const larger of units) {
    if (amount < 1024) break
    amount /= 1024
    unit = larger
  }
  return `${unit === 'B' ? amount : Number(amount.toFixed(1))} ${unit}`
}
