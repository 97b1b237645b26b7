/**
 * Canonical JSON by RFC 8785: no white space, members sorted by UTF-16 code units, numbers and strings as ECMAScript
 * writes them. Members whose value is `undefined` are left out. The value must be JSON otherwise.
 */
export function canonicalize(value: unknown): string {
  return isSorted(value) ? JSON.stringify(value) : write(value)
}

/** True where JSON.stringify would already give the canonical text. */
function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) {
    for (const item of value) if (!isSorted(item)) return false
    return true
  }
  let last = ''
  for (const key in value) {
    if (key < last) return false
    last = key
    if (!isSorted((value as Record<string, unknown>)[key])) return false
  }
  return true
}

function write(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalize).join(',')}]`
  let members = ''
  for (const key of sorted(Object.keys(value))) {
    const member = (value as Record<string, unknown>)[key]
    if (member !== undefined) members += `${members === '' ? '' : ','}${named(key)}${write(member)}`
  }
  return `{${members}}`
}

/** By UTF-16 code units, in place. What has few members, nearly in order, is sorted sooner by hand. */
function sorted(keys: string[]): string[] {
  if (keys.length > FEW) return keys.sort()
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!
    let at = i
    for (; at > 0 && keys[at - 1]! > key; at--) keys[at] = keys[at - 1]!
    keys[at] = key
  }
  return keys
}

const FEW = 20

/** A member's name as JSON, with its colon. Those of events come again and again. */
function named(key: string): string {
  let name = names.get(key)
  if (name === undefined) {
    if (names.size === MOST_NAMES) names.clear()
    names.set(key, (name = `${JSON.stringify(key)}:`))
  }
  return name
}

const names = new Map<string, string>()
const MOST_NAMES = 256
