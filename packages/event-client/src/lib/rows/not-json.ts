/** Levels: what BigQuery takes at most. */
export const DEEPEST = 500

/** Where a value stops being JSON, and what it is there: `$.rows[3].date` `is a Date`. */
export interface NotJson {
  path: string
  what: string
  fix: string
  cause?: unknown
}

/** The first place in a value that is not JSON: what it is there, and what to give instead. */
export function whyNotJson(value: unknown): NotJson {
  return find(value, '$', []) ?? { path: '$', what: 'is not JSON', fix: 'Give plain data.' }
}

function find(value: unknown, path: string, above: readonly unknown[]): NotJson | undefined {
  const kind = kindOf(value)
  if (kind !== undefined) return { path, ...kind }
  if (typeof value !== 'object' || value === null) return undefined
  if (above.includes(value)) return { path, what: 'leads back to where it is in: a cycle', fix: 'Give an id instead.' }
  if (above.length === DEEPEST) return { path, what: `is deeper than ${DEEPEST} levels`, fix: 'Flatten it.' }
  const inside = [...above, value]
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = find(item, `${path}[${index}]`, inside)
      if (found) return found
    }
    return undefined
  }
  for (const key of Object.keys(value)) {
    const place = member(path, key)
    if (isForbidden(key)) return { path: place, what: 'has a name that is not let through', fix: 'Rename the field.' }
    const found = find((value as Record<string, unknown>)[key], place, inside)
    if (found) return found
  }
  return undefined
}

function kindOf(value: unknown): { what: string; fix: string } | undefined {
  switch (typeof value) {
    case 'undefined':
      return { what: 'is undefined', fix: 'Leave the field out, or give null.' }
    case 'number':
      return Number.isFinite(value) ? undefined : { what: `is ${value}`, fix: 'Give null, or a text.' }
    case 'bigint':
      return { what: 'is a BigInt', fix: 'Give it as a text: `String(value)`.' }
    case 'function':
    case 'symbol':
      return { what: `is a ${typeof value}`, fix: 'Leave the field out.' }
    case 'object':
      return value === null || Array.isArray(value) || isPlain(value) ? undefined : instance(value)
    default:
      return undefined
  }
}

function instance(value: object): { what: string; fix: string } {
  if (value instanceof Date) return { what: 'is a Date', fix: 'Give it as a text: `date.toISOString()`.' }
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name
  const what = typeof name === 'string' && name !== '' ? `is an instance of ${name}` : 'is an instance of a class'
  return { what, fix: 'Give plain data: `{ ...value }`, `Object.fromEntries(map)`, `[...set]`.' }
}

/** The first text, or name, that holds half of a surrogate pair. */
export function halfPair(value: unknown, path = '$'): NotJson | undefined {
  const what = 'holds half of a surrogate pair'
  const fix = 'Cut texts between characters: `text.toWellFormed()` repairs one.'
  if (typeof value === 'string') return value.isWellFormed() ? undefined : { path, what, fix }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${path}[${key}]` : member(path, key)
    const found = key.isWellFormed() ? halfPair(inner, place) : { path: place, what, fix }
    if (found) return found
  }
  return undefined
}

function member(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
}

/** Names that reach an object's prototype. */
export function isForbidden(key: string): boolean {
  return key === '__proto__' || key === 'constructor'
}

/** Of this realm or of another: whatever else has a prototype is an instance of something. */
export function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}
