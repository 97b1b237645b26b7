import type { JsonValue } from '../json.ts'

/** Where two values first differ. Undefined: there is nothing on that side. */
export interface Difference {
  /** `$.rows[3].date` */
  path: string
  a: JsonValue | undefined
  b: JsonValue | undefined
}

/** In the order of A's fields, then B's; undefined where the values are equal. The order of fields does not count. */
export function firstDifference(a: JsonValue | undefined, b: JsonValue | undefined, path = '$'): Difference | undefined {
  if (Object.is(a, b)) return undefined
  if (Array.isArray(a) && Array.isArray(b)) return inLists(a, b, path)
  if (isObject(a) && isObject(b)) return inObjects(a, b, path)
  return { path, a, b }
}

function inLists(a: readonly JsonValue[], b: readonly JsonValue[], path: string): Difference | undefined {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const found = firstDifference(a[index], b[index], `${path}[${index}]`)
    if (found !== undefined) return found
  }
  return undefined
}

function inObjects(a: Fields, b: Fields, path: string): Difference | undefined {
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const step = /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
    const found = firstDifference(own(a, name), own(b, name), path + step)
    if (found !== undefined) return found
  }
  return undefined
}

type Fields = { [name: string]: JsonValue }

function own(fields: Fields, name: string): JsonValue | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

function isObject(value: JsonValue | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
