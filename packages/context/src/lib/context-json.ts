import { checkAuthor } from './author.ts'
import { append } from './commit.ts'
import { ContextError } from './errors.ts'
import { quote, show } from './json-path.ts'
import type { ContextLimits } from './limits.ts'
import { isPlainArray, isPlainObject } from './plain.ts'
import type { Snapshot } from './snapshot.ts'
import { stageWrite } from './staged-write.ts'
import type { ContextWrite, Timeline } from './timeline.ts'

/** A context, history included, as JSON. `format` changes when the form does. */
export interface ContextJSON {
  format: 1
  /** The number of commits so far. */
  version: number
  /** Sorted by key; the writes of each oldest first. */
  history: { [key: string]: ContextWrite[] }
}

/** All that a snapshot holds. */
export function describeContext(snapshot: Snapshot): ContextJSON {
  const history: ContextJSON['history'] = {}
  for (const key of snapshot.keys()) history[key] = snapshot.history(key)
  return { format: 1, version: snapshot.version, history }
}

/** Fills an empty timeline with what describeContext wrote. Throws CONTEXT_JSON_INVALID. */
export function readContext(json: unknown, limits: Readonly<ContextLimits>, timeline: Timeline): void {
  const { format, version, history } = record(json, 'A context', ['format', 'version', 'history'])
  if (format !== 1) throw invalid(`format must be 1, not ${show(format)}`)
  const last = wholeNumber(version, 0, 'version')
  const writes = Object.entries(record(history, 'history')).flatMap(([key, list]) => readHistory(key, list, last))
  for (const { key, fields, version: at } of writes) {
    try {
      const author = checkAuthor(fields)
      const staged = stageWrite(key, fields.value, { who: author.who, floats: fields.floats }, limits)
      append(timeline, { author, at: time(fields.at, key), version: at, writes: [staged] }, limits)
    } catch (cause) {
      throw cause instanceof ContextError ? invalid(`history of ${quote(key)}: ${cause.message}`, cause) : cause
    }
  }
  timeline.append(last, [])
}

interface StoredWrite {
  key: string
  version: number
  fields: WriteFields
}

type Fields = Readonly<Record<string, unknown>>
type WriteFields = Readonly<Partial<Record<keyof ContextWrite, unknown>>>

const WRITE_FIELDS = ['value', 'who', 'step', 'attempt', 'at', 'version', 'floats'] satisfies (keyof ContextWrite)[]

function readHistory(key: string, list: unknown, last: number): StoredWrite[] {
  const place = `history of ${quote(key)}`
  if (typeof list !== 'object' || list === null || !isPlainArray(list) || list.length === 0) {
    throw invalid(`${place} must be a list of one write or more`)
  }
  let before = 0
  return list.map((write) => {
    const fields: WriteFields = record(write, `A write in the ${place}`, WRITE_FIELDS)
    const version = wholeNumber(fields.version, before + 1, `version of a write in the ${place}`)
    if (version > last) throw invalid(`${place} has version ${version}, but the context only ${last}`)
    before = version
    return { key, version, fields }
  })
}

function record(value: unknown, what: string, allowed?: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || !isPlainObject(value)) throw invalid(`${what} must be an object`)
  const unknown = allowed === undefined ? undefined : Object.keys(value).find((name) => !allowed.includes(name))
  if (unknown !== undefined) throw invalid(`${what} has an unknown field ${quote(unknown)}`)
  return value
}

function wholeNumber(value: unknown, least: number, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    throw invalid(`${what} must be a whole number from ${least} on, not ${show(value)}`)
  }
  return value
}

function time(value: unknown, key: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw invalid(`at in the history of ${quote(key)} must be a number, not ${show(value)}`)
}

function invalid(message: string, cause?: ContextError): ContextError {
  return new ContextError('CONTEXT_JSON_INVALID', `This is not a stored context: ${message}`, {
    ...(cause === undefined ? {} : { cause }),
    ...(cause?.key === undefined ? {} : { key: cause.key }),
    ...(cause?.path === undefined ? {} : { path: cause.path }),
  })
}
