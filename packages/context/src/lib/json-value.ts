/** A JSON value (RFC 8259) as JavaScript holds it. Numbers are finite. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }

/**
 * Marks numbers that were written as floats though their value is integral (`1.0` in Python): `true` marks every number
 * of the value, an object mirrors the value's structure by key or index.
 */
export type FloatMarks = true | { [key: string]: FloatMarks }

/** Names that reach an object's prototype; refused as parts of keys and as fields at any depth. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

export function isForbiddenName(name: string): boolean {
  return FORBIDDEN_NAMES.has(name)
}
