import { formatPath, type RecipePath } from './problem.ts'
import { FORBIDDEN_KEYS } from './yaml-values.ts'

const MAX_DEPTH = 100

/**
 * The first place in a plan that is not JSON (or has a key that recipes may not have), with what is wrong there. Fields of
 * the plan itself may be undefined, as if they were not there; values in `args` and `meta` may not.
 */
export function jsonFault(value: unknown): { path: string; message: string } | undefined {
  return fault(value, [])
}

function fault(value: unknown, path: RecipePath): { path: string; message: string } | undefined {
  const wrong = (message: string) => ({ path: formatPath(path), message })
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return wrong(`${value} is not a JSON number`)
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? wrong(`the integer ${value} is beyond 2^53`) : undefined
  }
  if (typeof value !== 'object') return wrong(`a value of type ${typeof value} is not JSON`)
  if (path.length >= MAX_DEPTH) return wrong(`values are nested deeper than ${MAX_DEPTH}, or contain themselves`)
  if (!Array.isArray(value)) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return wrong('an object of a class is not JSON')
  }
  const entries: [string | number, unknown][] = Array.isArray(value) ? Array.from(value, (item, i) => [i, item]) : Object.entries(value)
  for (const [key, item] of entries) {
    if (typeof key === 'string' && FORBIDDEN_KEYS.has(key)) return wrong(`the key ${key} is not allowed`)
    if (item === undefined && !isFreeForm([...path, key])) continue
    const found = fault(item, [...path, key])
    if (found) return found
  }
  return undefined
}

function isFreeForm(path: RecipePath): boolean {
  return path[0] === 'meta' || path[2] === 'args' || typeof path.at(-1) === 'number'
}
