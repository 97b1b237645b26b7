import type { JsonValue } from '@lorc/runner'
import { alternativesOf, isObject, literalsOf, typesOf } from '../keys/type-text.ts'

/** What a value of a parameter may be: of a type, or one value. Undefined: anything. */
export type Kind = { type: string } | { value: JsonValue }

/** All that a schema allows, its alternatives (`anyOf`, `oneOf`) as well, in its order. */
export function kindsOf(schema: JsonValue | undefined): readonly Kind[] | undefined {
  if (!isObject(schema)) return undefined
  const literals = literalsOf(schema)
  if (literals !== undefined) return literals.map((value) => ({ value }))
  const types = typesOf(schema)
  if (types.length > 0) return types.map((type) => ({ type }))
  const kinds = alternativesOf(schema)?.map(kindsOf)
  return kinds?.every((one) => one !== undefined) === true ? kinds.flat() : undefined
}

export function isOfKind(value: JsonValue, kind: Kind): boolean {
  if ('value' in kind) return kind.value === value
  return kind.type === typeOf(value) || (kind.type === 'number' && typeof value === 'number')
}

/** Whether it is a text whatever it is. */
export function isText(kind: Kind): boolean {
  return 'value' in kind ? typeof kind.value === 'string' : kind.type === 'string'
}

/** What to write, for people. */
export function kindText(kind: Kind): string {
  return 'value' in kind ? JSON.stringify(kind.value) : (WORDS[kind.type] ?? kind.type)
}

/** One that would do, as a command line has it. */
export function exampleOf(kind: Kind | undefined): string {
  if (kind === undefined) return 'null'
  return 'value' in kind ? JSON.stringify(kind.value) : (EXAMPLES[kind.type] ?? 'null')
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list as JSON',
  object: 'a map as JSON',
}
const EXAMPLES: Readonly<Record<string, string>> = {
  integer: '3',
  number: '0.5',
  boolean: 'true',
  array: `'["a","b"]'`,
  object: `'{"a":1}'`,
}
