import type { JsonObject, JsonValue } from '@lorc/runner'

/** Characters of a reason that a message has. */
const LONGEST_REASON = 500

/** Why something failed, where an answer says it in one of the usual ways: `error`, `message`, `detail`, a text or an object with one. */
export function reasonOf(body: JsonValue, depth = 3): string | undefined {
  if (typeof body === 'string') return body === '' ? undefined : body.slice(0, LONGEST_REASON).replace(/\.$/, '')
  if (!isObject(body) || depth === 0) return undefined
  for (const field of ['error', 'message', 'detail', 'reason']) {
    const reason = reasonOf(body[field] ?? null, depth - 1)
    if (reason !== undefined) return reason
  }
  return undefined
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
