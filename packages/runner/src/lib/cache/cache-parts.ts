import { canonicalize } from '../journal/canonical-json.ts'
import { isObject } from '../json-object.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { sha256Hex } from '../journal/sha256.ts'

const LONGEST = 120

/**
 * What a cached result was made from, part by part, so that two results can be compared by people: `args.upto`,
 * `code steps/load.ts`, `input data/raw.csv`, `reads demo.rows_v1`, `env TOKEN`. Each is told as JSON where that is
 * short, else by its beginning and its hash; code, files and variables by their hash alone.
 */
export interface CacheParts {
  [part: string]: string
}

/** Of a step with `cache: auto`: its definition and its fingerprint. Variables among `secrets` are left out. */
export function partsOf(definition: JsonObject, fingerprint: JsonObject, secrets: readonly string[]): CacheParts {
  const parts: CacheParts = {}
  for (const [field, value] of Object.entries(definition)) {
    if (field === 'name' || field === 'cache') continue
    if (field === 'args' && isObject(value)) for (const [name, arg] of Object.entries(value)) parts[`args.${name}`] = tell(arg)
    else parts[field] = tell(value)
  }
  const { code, inputs, interpreter, env } = fingerprint
  if (isObject(code)) for (const [path, sha256] of Object.entries(code)) parts[`code ${path}`] = short(sha256)
  if (isObject(inputs)) for (const [path, sha256] of Object.entries(inputs)) parts[`input ${path}`] = sha256 === null ? 'not there' : short(sha256)
  if (interpreter != null) parts['interpreter'] = tell(interpreter)
  if (!isObject(env)) return parts
  for (const [name, value] of Object.entries(env)) if (!secrets.includes(name)) parts[`env ${name}`] = value === null ? 'not set' : digest(canonicalize(value))
  return parts
}

/** A value for people: JSON of at most 120 characters, or the beginning of it with its hash. */
export function tell(value: JsonValue | undefined): string {
  const text = canonicalize(value ?? null)
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}… ${digest(text)}`
}

function digest(text: string): string {
  return short(sha256Hex(text))
}

function short(sha256: JsonValue): string {
  return typeof sha256 === 'string' ? `sha256:${sha256.slice(0, 16)}` : 'unknown'
}
