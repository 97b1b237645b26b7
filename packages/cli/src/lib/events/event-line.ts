import type { JsonValue } from '@lorc/event-client'
import type { Style } from '../render/style.ts'
import { oneLine, truncate } from '../render/text.ts'

/** What a line of an event shows, in the order of the query. */
export const LINE_COLUMNS = 'event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload'

/** An event on one line, cut to `columns`: when, type, source, subject, payload. */
export function eventLine(event: Readonly<Record<string, JsonValue>>, style: Style, columns: number): string {
  const text = (name: string): string => oneLine((event[name] as string | null) ?? '')
  const subject = text('subject_id')
  const head = [text('created_at'), text('event_type'), text('source'), ...(subject === '' ? [] : [subject])]
  const payload = truncate(oneLine(JSON.stringify(event['payload'])), Math.max(0, columns - head.join('  ').length - 2))
  const [when = '', type = '', ...rest] = head
  return [style.dim(when), style.bold(type), ...rest, style.dim(payload)].join('  ').trimEnd()
}
