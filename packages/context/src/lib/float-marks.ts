import { ContextError } from './errors.ts'
import { formatPath } from './json-path.ts'
import type { FloatMarks, JsonValue } from './json-value.ts'
import { isPlainObject } from './plain.ts'

/**
 * A private, frozen copy of the float marks of `value`. Throws CONTEXT_FLOATS_INVALID where they are neither `true`
 * nor an object whose names are fields or indexes of the value.
 */
export function copyFloats(floats: unknown, value: JsonValue): FloatMarks {
  return copyAt(floats, value, [])
}

function copyAt(floats: unknown, value: JsonValue, path: string[]): FloatMarks {
  if (floats === true) return true
  if (typeof floats !== 'object' || floats === null || !isPlainObject(floats)) {
    throw invalid(path, 'must be true or an object that mirrors the value')
  }
  const copy: { [key: string]: FloatMarks } = {}
  for (const name of Object.keys(floats)) {
    const below = [...path, name]
    const part = partOf(value, name)
    if (part === undefined) throw invalid(below, 'mark nothing: the value has no such part')
    copy[name] = copyAt(floats[name], part, below)
  }
  return Object.freeze(copy)
}

function partOf(value: JsonValue, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value)) return Object.hasOwn(value, name) ? value[name] : undefined
  return /^(0|[1-9][0-9]*)$/.test(name) ? value[Number(name)] : undefined
}

function invalid(path: string[], what: string): ContextError {
  const place = formatPath(path)
  return new ContextError('CONTEXT_FLOATS_INVALID', `The float marks at ${place} ${what}`, { path: place })
}
