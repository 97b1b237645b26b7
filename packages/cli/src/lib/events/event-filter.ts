import { type JsonValue, readTimeWindow } from '@lorc/event-client'
import type { OptionSpecs } from '../command-line/option-spec.ts'

/** Which events. */
export const FILTER_OPTIONS = {
  type: { kind: 'text', label: 'TYPE', summary: 'Only events of this type; `*` stands for anything: email.*' },
  source: { kind: 'text', label: 'SOURCE', summary: 'Only events from this source; `*` stands for anything' },
  subject: { kind: 'text', label: 'ID', summary: 'Only events about this subject' },
  correlation: { kind: 'text', label: 'ID', summary: 'Only events that belong together by this id: of a run' },
  since: { kind: 'text', label: 'WHEN', summary: 'Only events from when on. 2026-01-31, 2026-01-31T12:00Z, or back from now: 30m, 24h, 7d, 2w' },
  until: { kind: 'text', label: 'WHEN', summary: 'Only events before this, written as --since is' },
} as const satisfies OptionSpecs

export interface GivenFilter {
  type: string | undefined
  source: string | undefined
  subject: string | undefined
  correlation: string | undefined
  since: string | undefined
  until: string | undefined
}

/**
 * The condition in the portable subset, `TRUE` where nothing was given, with the values of its question marks. Throws
 * EventError JOB_TIME_INVALID.
 */
export function eventFilter(given: GivenFilter, now: number): { where: string; params: JsonValue[] } {
  const parts: string[] = []
  const params: JsonValue[] = []
  const add = (part: string, value: JsonValue): void => {
    parts.push(part)
    params.push(value)
  }
  const { since, until } = readTimeWindow(given, now)
  if (given.type !== undefined) addMatch('event_type', given.type)
  if (given.source !== undefined) addMatch('source', given.source)
  if (given.subject !== undefined) add('subject_id = ?', given.subject)
  if (given.correlation !== undefined) add('correlation_id = ?', given.correlation)
  if (since !== undefined) add('created_at >= ?', since.toISOString())
  if (until !== undefined) add('created_at < ?', until.toISOString())
  return { where: parts.length === 0 ? 'TRUE' : parts.join(' AND '), params }

  function addMatch(column: string, text: string): void {
    if (text.includes('*')) add(`${column} LIKE ?`, text.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%'))
    else add(`${column} = ?`, text)
  }
}
