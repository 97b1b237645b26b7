import type { Field } from './form-fields.ts'
import { isSchema } from './plain-schema.ts'

/** What is entered, by where it belongs: a text for every kind, but for flags. An empty text leaves the value out. */
export type Entered = Readonly<Record<string, string | boolean>>

/** What a form shows at first: what is given, at the same place, else what the schema has as default. */
export function enteredOf(fields: readonly Field[], given?: unknown): Entered {
  const entered: Record<string, string | boolean> = {}
  const enter = (field: Field, found: unknown): void => {
    const value = found === undefined ? field.fallback : found
    if (field.kind === 'group') for (const inner of field.fields) enter(inner, own(value, inner.name))
    else if (field.kind === 'flag') entered[field.at] = value === true
    else entered[field.at] = value === undefined || (value === null && !field.choices.includes(null)) ? '' : textOf(field, value)
  }
  for (const field of fields) enter(field, partsOf(field.at).reduce<unknown>(own, given))
  return entered
}

function own(value: unknown, name: string): unknown {
  return isSchema(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function textOf({ kind }: Field, value: unknown): string {
  if (kind === 'lines' && Array.isArray(value)) return value.join('\n')
  if ((kind === 'text' || kind === 'long' || kind === 'any') && typeof value === 'string') return value
  return kind === 'json' || kind === 'any' ? JSON.stringify(value, null, 2) : JSON.stringify(value)
}

export interface Values {
  /** The whole that the fields' places are in. */
  body: Record<string, unknown>
  /** What cannot be read as what it is to be, by place; the service checks the rest. */
  problems: Record<string, string>
}

/** Reads what was entered. What is left empty is left out, and a group of which nothing was entered, too. */
export function valuesOf(fields: readonly Field[], entered: Entered): Values {
  const body: Record<string, unknown> = {}
  const problems: Record<string, string> = {}
  const read = (field: Field): void => {
    if (field.kind === 'group') {
      if (!isWanted(field, entered)) return
      put(body, field.at, {})
      field.fields.forEach(read)
      return
    }
    const found = valueOf(field, entered[field.at] ?? '')
    if ('problem' in found) problems[field.at] = found.problem
    else if (found.value !== undefined) put(body, field.at, found.value)
  }
  fields.forEach(read)
  return { body, problems }
}

/** Whether a group has to be there, or something in it is not as it was at first. */
function isWanted(group: Field, entered: Entered): boolean {
  if (group.required || group.fallback !== undefined) return true
  const first = enteredOf(group.fields)
  return Object.entries(first).some(([at, value]) => (entered[at] ?? value) !== value)
}

function put(whole: Record<string, unknown>, at: string, value: unknown): void {
  const parts = partsOf(at)
  const last = parts.pop()!
  let object = whole
  for (const part of parts) object = (Object.hasOwn(object, part) ? object[part] : (object[part] = {})) as Record<string, unknown>
  object[last] = value
}

type Read = { value: unknown } | { problem: string }

function valueOf(field: Field, given: string | boolean): Read {
  if (typeof given === 'boolean') return { value: given }
  if (given.trim() !== '') return readText(field, given)
  if (field.kind === 'choices' && field.required) return { value: [] }
  if (!field.required) return { value: undefined }
  return field.nullable ? { value: null } : { problem: 'It has to be given.' }
}

function readText({ kind, type }: Field, text: string): Read {
  switch (kind) {
    case 'text':
    case 'long':
    case 'flag':
    case 'group':
      return { value: text }
    case 'lines':
      return linesOf(text.split('\n').filter((line) => line.trim() !== ''), type)
    case 'number':
    case 'integer':
      return numberOf(text, kind)
    case 'any':
      try {
        return { value: JSON.parse(text) as unknown }
      } catch {
        return { value: text }
      }
    case 'choice':
    case 'choices':
    case 'json':
      return jsonOf(text, kind === 'json' ? type : undefined)
  }
}

function linesOf(lines: readonly string[], type: string | undefined): Read {
  if (type !== 'number' && type !== 'integer') return { value: lines }
  const read = lines.map((line) => numberOf(line, type))
  return read.find((one) => 'problem' in one) ?? { value: read.map((one) => ('value' in one ? one.value : undefined)) }
}

function numberOf(text: string, kind: 'number' | 'integer'): Read {
  const value = Number(text)
  if (!Number.isFinite(value)) return { problem: `${text.trim()} is not a number.` }
  return kind === 'integer' && !Number.isInteger(value) ? { problem: `${text.trim()} is not a whole number.` } : { value }
}

function jsonOf(text: string, type: string | undefined): Read {
  let value: unknown
  try {
    value = JSON.parse(text) as unknown
  } catch (error) {
    return { problem: `It is not JSON: ${error instanceof Error ? error.message : ''}` }
  }
  if (type === 'object' && !isSchema(value)) return { problem: 'It has to be an object: `{ … }`.' }
  if (type === 'array' && !Array.isArray(value)) return { problem: 'It has to be a list: `[ … ]`.' }
  return { value }
}

/** The field that a place in the whole belongs to: its own, or one that holds it. */
export function fieldAt(fields: readonly Field[], at: string): Field | undefined {
  const holds = fields.find((field) => at === field.at || at.startsWith(`${field.at}/`))
  return holds?.kind === 'group' ? (fieldAt(holds.fields, at) ?? holds) : holds
}

/** The parts of a JSON Pointer (RFC 6901). */
function partsOf(at: string): string[] {
  return at.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}
