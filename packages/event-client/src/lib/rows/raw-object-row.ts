import { idOfPayload } from '../event-id.ts'
import { draftRawObject } from './event-row.ts'
import type { RawObjectInput, RawObjectRow } from '../event.ts'

/** Raw objects as rows, checked: of several with the same key the last. Throws EVENT_INVALID, EVENT_TOO_LARGE. */
export function rawObjectRows(
  objects: readonly RawObjectInput[],
  correlationId: string | undefined,
  nowMs: number,
  largest: number,
): RawObjectRow[] {
  const now = new Date(nowMs).toISOString()
  const rows = new Map<string, RawObjectRow>()
  for (const object of objects) {
    const { type, source, id, payload, correlationId: correlation_id } = draftRawObject(object, correlationId, largest)
    const object_id = id ?? idOfPayload(payload)
    const idem_key = `${source}:${type}:${object_id}`
    const seen = { first_seen: now, last_seen: now, changed_at: now }
    rows.set(idem_key, { idem_key, source, object_type: type, object_id, payload, correlation_id, ...seen })
  }
  return [...rows.values()]
}
