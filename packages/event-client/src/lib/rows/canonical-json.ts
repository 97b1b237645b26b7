import type { JsonValue } from '../json.ts'
import { DEEPEST, halfPair, isForbidden, isPlain, whyNotJson, type NotJson } from './not-json.ts'

/**
 * The canonical JSON text (RFC 8785) of a value, or why it has none: undefined, NaN, functions, class instances (Date among
 * them), cycles, halves of surrogate pairs, the names `__proto__` and `constructor`, more than 500 levels.
 */
export function canonicalJson(value: unknown): string | NotJson {
  try {
    const form = scan(value, 0)
    if (form === Form.none) return whyNotJson(value)
    const text = form === Form.sorted ? JSON.stringify(value) : write(value as JsonValue)
    // JSON.stringify writes half of a surrogate pair so; a backslash before `ud` looks the same.
    return text.includes('\\ud') ? (halfPair(value) ?? text) : text
  } catch (cause) {
    return { path: '$', what: 'cannot be read', fix: 'Give plain data: no getters that throw.', cause }
  }
}

const Form = { none: 0, sorted: 1, unsorted: 2 } as const
type Form = (typeof Form)[keyof typeof Form]

function scan(value: unknown, depth: number): Form {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return Form.sorted
    case 'number':
      return Number.isFinite(value) ? Form.sorted : Form.none
    case 'object':
      if (value === null) return Form.sorted
      if (depth === DEEPEST) return Form.none
      return Array.isArray(value) ? scanArray(value, depth + 1) : scanObject(value, depth + 1)
    default:
      return Form.none
  }
}

function scanArray(array: readonly unknown[], depth: number): Form {
  let form: Form = Form.sorted
  for (const item of array) {
    const inner = scan(item, depth)
    if (inner === Form.none) return Form.none
    if (inner === Form.unsorted) form = Form.unsorted
  }
  return form
}

function scanObject(object: object, depth: number): Form {
  if (!isPlain(object)) return Form.none
  let form: Form = Form.sorted
  let last = ''
  for (const key in object) {
    if (isForbidden(key)) return Form.none
    if (key < last) form = Form.unsorted
    last = key
    const inner = scan((object as Record<string, unknown>)[key], depth)
    if (inner === Form.none) return Form.none
    if (inner === Form.unsorted) form = Form.unsorted
  }
  return form
}

function write(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  let members = ''
  for (const key of Object.keys(value).sort()) {
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${write(value[key]!)}`
  }
  return `{${members}}`
}
