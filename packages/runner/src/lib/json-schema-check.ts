import * as z from 'zod'
import type { JsonValue } from './json.ts'

/** What is wrong with a value, with its path; undefined: nothing. */
export function jsonSchemaCheck(schema: JsonValue): (value: JsonValue) => string | undefined {
  const parser = z.fromJSONSchema(withItems(schema) as Parameters<typeof z.fromJSONSchema>[0])
  return (value) => {
    const [issue] = parser.safeParse(value).error?.issues ?? []
    if (!issue) return undefined
    const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
    return `at $${path}: ${issue.message}`
  }
}

/** zod counts the members of a list only where the schema says something of them. */
function withItems(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(withItems)
  if (typeof schema !== 'object' || schema === null) return schema
  const made = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withItems(value)]))
  return schema['type'] === 'array' && !('items' in schema) && !('prefixItems' in schema) ? { ...made, items: {} } : made
}
