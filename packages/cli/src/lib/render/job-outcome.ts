import type { JsonObject, JsonValue, Plan, PlanStep, RunResult } from '@lorc/runner'
import { marksFor } from './marks.ts'
import { count, duration } from './quantity.ts'
import { oneLine, truncate } from './text.ts'
import type { Style } from './style.ts'
import type { Io } from '../io.ts'

/** What a run of a job adds to its line on stdout. */
export function jobFields({ steps }: Pick<RunResult, 'steps'>, { job }: PlanStep): JsonObject {
  return { package: job?.package ?? null, job: job?.name ?? null, ...steps[0]?.meta }
}

/** What a dry run would have written: `email.received gmail/acct1 {"id":1,...}`, up to three of each type. */
export function sampleLines({ steps }: Pick<RunResult, 'steps'>): string[] {
  const samples = steps[0]?.meta?.['samples']
  if (!Array.isArray(samples)) return []
  const rows = samples as { event_type: string; source: string; payload: JsonValue }[]
  return rows.map(({ event_type: type, source, payload }) => truncate(oneLine(`  ${type} ${source} ${JSON.stringify(payload)}`), SAMPLE_WIDTH))
}

export interface OutcomeStyle {
  isDry?: boolean
  io: Pick<Io, 'env'>
  style: Style
}

/** `✓ ingester/extract_gmail completed in 1.2s: 3 events (2 email.received, 1 email.sent)`. */
export function completedText(plan: Plan, result: Pick<RunResult, 'steps'>, { io, style, isDry = false }: OutcomeStyle): string {
  const [step] = result.steps
  const took = step?.startedAt == null || step.endedAt === null ? '' : ` in ${duration(step.endedAt - step.startedAt)}`
  return `${style.green(marksFor(io.env).completed)} ${plan.name} completed${took}: ${[eventsText(step?.meta?.['events']), ...objectsText(step?.meta?.['raw_objects'])].join('; ')}${isDry ? '; nothing was written' : ''}`
}

/** `✗ ingester/extract_gmail failed:`. */
export function failedTitle(plan: Plan, status: 'failed' | 'cancelled', { env }: Pick<Io, 'env'>): string {
  return `${marksFor(env)[status]} ${plan.name} ${status}:`
}

const TYPES_SHOWN = 6
const SAMPLE_WIDTH = 200

/** `3 events (2 email.received, 1 email.sent)`, of the counts in a step's `meta`. */
export function eventsText(events: JsonValue | undefined): string {
  if (!isObject(events)) return 'no events'
  const numberOf = (field: string): number => (typeof events[field] === 'number' ? events[field] : 0)
  const emitted = numberOf('emitted')
  const notes = [
    typesText(events['by_type']),
    ...(numberOf('duplicates') > 0 ? [`${numberOf('duplicates')} emitted before`] : []),
    ...(numberOf('waiting') > 0 ? [`${numberOf('waiting')} in the outbox`] : []),
  ].filter((note) => note !== '')
  return `${emitted === 0 ? 'no events' : count(emitted, 'event')}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
}

/** `raw objects: 2 inserted`, where there were any. */
export function objectsText(objects: JsonValue | undefined): string[] {
  if (!isObject(objects)) return []
  const told = Object.entries(objects).flatMap(([what, number]) => (Number(number) > 0 ? [`${Number(number)} ${what}`] : []))
  return [`raw objects: ${told.join(', ') || 'none'}`]
}

function typesText(byType: JsonValue | undefined): string {
  if (!isObject(byType)) return ''
  const types = Object.entries(byType).sort(([, a], [, b]) => Number(b) - Number(a))
  const more = types.length > TYPES_SHOWN ? [`${types.length - TYPES_SHOWN} more types`] : []
  return [...types.slice(0, TYPES_SHOWN).map(([type, number]) => `${Number(number)} ${type}`), ...more].join(', ')
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
