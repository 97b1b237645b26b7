import type { JsonObject, JsonValue } from '../json.ts'

/** The most values and characters that an expression's result may have. */
const MOST_VALUES = 1_000_000
const MOST_CHARACTERS = 16_000_000

/** A JSON value as CEL computes with it: integers are `int` (BigInt), other numbers `double`. */
export function toCel(value: JsonValue): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value
  const known = converted.get(value)
  if (known !== undefined) return known
  const made = Array.isArray(value) ? value.map(toCel) : objectToCel(value)
  // Only what cannot change is remembered: rows that many steps' conditions look at are converted once.
  if (Object.isFrozen(value)) converted.set(value, made)
  return made
}

const converted = new WeakMap<object, unknown>()

function objectToCel(value: JsonObject): object {
  const made: Record<string, unknown> = {}
  for (const key of Object.keys(value)) if (key !== '__proto__') made[key] = toCel(value[key]!)
  return made
}

/**
 * The JSON value of what an expression gave: ints become numbers, timestamps RFC 3339 texts, durations texts of seconds
 * (as CEL's mapping to JSON has it). Throws an Error that says why there is none.
 */
export function fromCel(value: unknown): JsonValue {
  return new Converter().convert(value, 0)
}

class Converter {
  #values = 0
  #characters = 0

  convert(value: unknown, depth: number): JsonValue {
    if (++this.#values > MOST_VALUES) throw new Error(`the result has more than ${MOST_VALUES} values`)
    if (depth > 100) throw new Error('the result is nested more than 100 deep')
    switch (typeof value) {
      case 'string':
        this.#characters += value.length
        if (this.#characters > MOST_CHARACTERS)
          throw new Error(`the result has more than ${MOST_CHARACTERS} characters`)
        return value
      case 'boolean':
        return value
      case 'bigint':
        return integer(value)
      case 'number':
        if (!Number.isFinite(value)) throw new Error(`the result is ${value}, which JSON does not have`)
        return value
      default:
        return value === null ? null : this.#object(value, depth)
    }
  }

  #object(value: unknown, depth: number): JsonValue {
    if (Array.isArray(value)) return value.map((item) => this.convert(item, depth + 1))
    if (value instanceof Date) return value.toISOString()
    if (typeof value !== 'object' || value === null) throw new Error('the result is not a JSON value')
    if (value.constructor === Object) {
      const made: JsonObject = {}
      for (const [key, member] of Object.entries(value)) made[key] = this.convert(member, depth + 1)
      return made
    }
    // The other classes of the library: `uint` holds a BigInt, a duration prints as seconds.
    const name = value.constructor.name
    const plain: unknown = value.valueOf()
    if (name === 'UnsignedInt' && typeof plain === 'bigint') return integer(plain)
    if (name === 'Duration') return (value as { toString: () => string }).toString()
    throw new Error(`the result has a ${value instanceof Uint8Array ? 'bytes' : 'type'} value, which JSON does not have`)
  }
}

function integer(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new Error(`the integer ${value} is beyond 2^53 and would lose digits`)
  return number
}
