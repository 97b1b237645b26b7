import type { JsonObject, JsonValue } from '@lorc/runner'

/** Characters of a reason that a message has. */
const LONGEST_REASON = 500

/**
 * Why something failed, where an answer says it in one of the usual ways: `error`, `message`, `detail`, a text or an object with one,
 * or a list of `{ loc, msg }`, as FastAPI tells of a body that does not fit.
 */
export function reasonOf(body: JsonValue, depth = 3): string | undefined {
  if (typeof body === 'string') return body === '' ? undefined : body.slice(0, LONGEST_REASON).replace(/\.$/, '')
  if (Array.isArray(body)) return reasonOf(body.flatMap(misfit).join('; '))
  if (!isObject(body) || depth === 0) return undefined
  for (const field of ['error', 'message', 'detail', 'reason']) {
    const reason = reasonOf(body[field] ?? null, depth - 1)
    if (reason !== undefined) return reason
  }
  return undefined
}

function misfit(item: JsonValue): string[] {
  if (!isObject(item) || typeof item['msg'] !== 'string') return []
  const place = Array.isArray(item['loc']) ? item['loc'].map(String).join('.') : ''
  return [place === '' ? item['msg'] : `${place}: ${item['msg']}`]
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
