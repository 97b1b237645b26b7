import type { JsonObject, JsonValue } from '../json.ts'
import { FORBIDDEN_KEYS } from '../recipe/text/forbidden-keys.ts'

type Path = (string | number)[]

/** More than any value of a context may have. */
const MAX_DEPTH = 1100

/** Why a value cannot be kept, and where in it. */
export class NotJson extends Error {
  readonly path: Path

  constructor(message: string, path: Path) {
    super(message)
    this.path = path
  }
}

/**
 * A copy of a JSON value that nobody else has, frozen at every depth; members that are undefined are left out. Throws
 * NotJson.
 */
export function ownJson(value: JsonValue): JsonValue {
  return copy(value, [])
}

function copy(value: unknown, path: Path): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'number') throw new NotJson(`is ${value}, which is not a JSON number`, path)
  if (typeof value !== 'object') throw new NotJson(`is of type ${typeof value}, which is not JSON`, path)
  if (path.length >= MAX_DEPTH) throw new NotJson(`is nested deeper than ${MAX_DEPTH} levels, or contains itself`, path.slice(0, 1))
  if (Array.isArray(value)) return Object.freeze(Array.from(value, (item, at) => copy(item, [...path, at]))) as JsonValue[]
  return copyObject(value, path)
}

function copyObject(value: object, path: Path): JsonObject {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new NotJson('is an object of a class, which is not JSON', path)
  const own: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw new NotJson(`has the key ${key}, which is not allowed`, path)
    if (item !== undefined) own[key] = copy(item, [...path, key])
  }
  return Object.freeze(own)
}
