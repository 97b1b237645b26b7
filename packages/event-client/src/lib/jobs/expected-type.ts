import type { JsonObject, JsonValue } from '../json.ts'
import type { StandardIssue } from './standard-schema.ts'

/** What the issues of zod 3, zod 4 and valibot say beside the words of the standard. */
interface Issue extends StandardIssue {
  readonly code?: string
  readonly type?: string
  /** `string`, `Array`, `"a" | "b"`; of a literal of zod 3, the value. */
  readonly expected?: unknown
  /** All that it may be. */
  readonly values?: JsonValue[]
  readonly options?: JsonValue[]
  /** Of a union, what each of its members says. */
  readonly errors?: readonly (readonly Issue[])[]
  readonly unionErrors?: readonly { readonly issues: readonly Issue[] }[]
  readonly issues?: readonly Issue[]
}

/** The JSON Schema of what the first of the issues says that it expected; without a keyword where it does not say. */
export function expectedBy([issue]: readonly Issue[]): JsonObject {
  if (issue === undefined) return {}
  const { code, expected, values = issue.options } = issue
  if (values !== undefined) return { enum: values }
  const members = issue.errors ?? issue.unionErrors?.map(({ issues }) => issues) ?? issue.issues?.map((one) => [one])
  if (members !== undefined) return members.length === 0 ? {} : { anyOf: members.map(expectedBy) }
  if (code === 'invalid_literal') return { const: expected as JsonValue }
  if (code === 'invalid_date') return { ...DATE }
  return typeof expected === 'string' ? { ...(TYPES[expected.toLowerCase()] ?? literals(expected)) } : {}
}

export function expectsInteger({ type, expected }: Issue): boolean {
  return [type, expected].some((one) => one === 'integer' || one === 'int')
}

const DATE = { type: 'string', format: 'date-time' } as const

const TYPES: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  array: { type: 'array' },
  object: { type: 'object' },
  record: { type: 'object' },
  date: DATE,
}

/** `'a' | 'b'` of zod 3, `("a" | "b")` and `"a"` of valibot. */
function literals(text: string): JsonObject {
  const parts = text.replace(/^\((.*)\)$/, '$1').split(' | ').map((part) => /^(["'])(.*)\1$/.exec(part)?.[2])
  return parts.includes(undefined) ? {} : { enum: parts as string[] }
}
