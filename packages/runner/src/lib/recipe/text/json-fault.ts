import { formatPath } from '../../json-path.ts'
import { FORBIDDEN_KEYS } from './forbidden-keys.ts'

const MAX_DEPTH = 100

interface Fault {
  /** From the innermost key outwards. */
  path: (string | number)[]
  message: string
}

/**
 * The first place in a plan that is not JSON (or has a key that recipes may not have), with what is wrong there. Fields
 * of the plan itself may be undefined, as if they were not there; values in `args` and `meta` may not.
 */
export function jsonFault(plan: unknown): { path: string; message: string } | undefined {
  const found = faultOf(plan, 0, false)
  return found && { path: formatPath(found.path.reverse()), message: found.message }
}

function faultOf(value: unknown, depth: number, isFree: boolean): Fault | undefined {
  const message = typeof value === 'object' && value !== null ? objectFault(value, depth) : scalarFault(value)
  if (message !== undefined) return { path: [], message }
  if (typeof value !== 'object' || value === null) return undefined
  const isList = Array.isArray(value)
  for (const key of isList ? value.keys() : Object.keys(value)) {
    if (FORBIDDEN_KEYS.has(String(key))) return { path: [], message: `the key ${key} is not allowed` }
    const item = (value as Readonly<Record<string | number, unknown>>)[key]
    const free = isFree || key === 'args' || key === 'meta'
    if (item === undefined && !isFree && !isList) continue
    const found = faultOf(item, depth + 1, free)
    if (!found) continue
    found.path.push(key)
    return found
  }
  return undefined
}

function scalarFault(value: unknown): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value !== 'number') return `a value of type ${typeof value} is not JSON`
  if (!Number.isFinite(value)) return `${value} is not a JSON number`
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? `the integer ${value} is beyond 2^53` : undefined
}

function objectFault(value: object, depth: number): string | undefined {
  if (depth >= MAX_DEPTH) return `values are nested deeper than ${MAX_DEPTH}, or contain themselves`
  if (Array.isArray(value)) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null ? undefined : 'an object of a class is not JSON'
}
