import type { JobLog } from '@lorc/event-client'
import { inspect } from 'node:util'
import type { JobLogging, JobLogLevel } from '../../job-port.ts'

const LEVELS: readonly JobLogLevel[] = ['debug', 'info', 'warn', 'error']

/** What every line of a job's log carries. */
export interface JobLogSubject {
  readonly label: string
  readonly package: string
  readonly job: string
  readonly runId: string
  readonly attempt: number
}

/**
 * A job's log: a line for each message, with its time, its level, the job and the message's fields; as JSON, or as
 * `2026-01-31T12:00:00.000Z INFO ingester/extract_gmail: read a page, page=3`. `now` is Unix milliseconds.
 */
export function jobLog(subject: JobLogSubject, logging: JobLogging, write: (text: string) => void, now: () => number): JobLog {
  const least = LEVELS.indexOf(logging.level)
  const at = (level: JobLogLevel) => {
    if (LEVELS.indexOf(level) < least) return () => {}
    const line = logging.format === 'json' ? jsonLine : textLine
    return (message: unknown, fields?: unknown): void => {
      write(`${line(subject, level, new Date(now()).toISOString(), messageOf(message), fieldsOf(fields))}\n`)
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A job of JavaScript may log whatever it caught: its log is no reason to fail. */
function messageOf(said: unknown): string {
  return typeof said === 'string' ? said : inspect(said, { depth: 4 })
}

function fieldsOf(given: unknown): Record<string, unknown> {
  if (given === undefined || given === null) return {}
  return typeof given === 'object' && !(given instanceof Error) ? (given as Record<string, unknown>) : { error: given }
}

type Line = (subject: JobLogSubject, level: JobLogLevel, time: string, message: string, fields: Record<string, unknown>) => string

const jsonLine: Line = ({ package: name, job, runId, attempt }, level, time, message, fields) =>
  // What a line is about comes last: no field can take its place.
  JSON.stringify({ ...plain(fields), time, level, package: name, job, run_id: runId, attempt, message }, whole())

const textLine: Line = ({ label }, level, time, message, fields) => {
  const told = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`)
  const [first = '', ...rest] = message.split('\n')
  return [`${time} ${level.toUpperCase()} ${label}: ${[first, ...told].join(', ')}`, ...rest].join('\n')
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value)
  return inspect(value, { breakLength: Infinity, depth: 4 })
}

function plain(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? inspect(value) : value]))
}

/** Lets JSON.stringify take what is not JSON, and what contains itself. */
function whole(): (this: unknown, key: string, value: unknown) => unknown {
  const within: unknown[] = []
  return function (this: unknown, _key, value) {
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return inspect(value)
    if (typeof value !== 'object' || value === null) return value
    while (within.length > 0 && within.at(-1) !== this) within.pop()
    if (within.includes(value)) return '[circular]'
    within.push(value)
    return value
  }
}
