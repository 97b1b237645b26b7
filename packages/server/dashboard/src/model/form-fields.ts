/** A JSON Schema, as far as a form reads it. */
export type Schema = Readonly<Record<string, unknown>>

/** How a value is entered. `lines`: a list of texts, one a line. `json`: anything else. */
export type FieldKind = 'text' | 'long' | 'number' | 'integer' | 'flag' | 'choice' | 'lines' | 'json'

export interface Field {
  name: string
  title: string
  description: string
  kind: FieldKind
  required: boolean
  /** Left out: it has none. */
  fallback?: unknown
  /** Of a choice. */
  choices: readonly unknown[]
  min: number | undefined
  max: number | undefined
  pattern: string | undefined
}

/** What is entered: a text for every kind, but for flags. An empty text leaves the value out. */
export type Entered = Readonly<Record<string, string | boolean>>

/** The fields of a form for an object's schema, in its order, those that have to be given first. */
export function fieldsOf(schema: Schema | null): Field[] {
  const properties = isObject(schema?.['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema?.['required']) ? new Set<unknown>(schema['required']) : new Set()
  const fields = Object.entries(properties).map(([name, property]) => fieldOf(name, isObject(property) ? property : {}, required.has(name)))
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)]
}

function fieldOf(name: string, schema: Schema, required: boolean): Field {
  const choices = Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : 'const' in schema ? [schema['const']] : []
  const number = (key: string): number | undefined => (typeof schema[key] === 'number' ? schema[key] : undefined)
  return {
    name,
    title: typeof schema['title'] === 'string' ? schema['title'] : name,
    description: typeof schema['description'] === 'string' ? schema['description'] : '',
    kind: kindOf(schema, choices),
    required: required && !('default' in schema),
    ...('default' in schema && { fallback: schema['default'] }),
    choices,
    min: number('minimum'),
    max: number('maximum'),
    pattern: typeof schema['pattern'] === 'string' ? schema['pattern'] : undefined,
  }
}

function kindOf(schema: Schema, choices: readonly unknown[]): FieldKind {
  if (choices.length > 0) return 'choice'
  switch (schema['type']) {
    case 'string':
      return typeof schema['maxLength'] === 'number' && schema['maxLength'] > 200 ? 'long' : 'text'
    case 'number':
      return 'number'
    case 'integer':
      return 'integer'
    case 'boolean':
      return 'flag'
    case 'array':
      return isObject(schema['items']) && schema['items']['type'] === 'string' && !('enum' in schema['items']) ? 'lines' : 'json'
    default:
      return 'json'
  }
}

/** What a form shows at first: what is given, else what the schema has as default. */
export function enteredOf(fields: readonly Field[], given: Readonly<Record<string, unknown>> = {}): Entered {
  return Object.fromEntries(
    fields.map((field): [string, string | boolean] => {
      const value = Object.hasOwn(given, field.name) ? given[field.name] : field.fallback
      if (field.kind === 'flag') return [field.name, value === true]
      return [field.name, value === undefined ? '' : textOf(field, value)]
    }),
  )
}

function textOf({ kind }: Field, value: unknown): string {
  if (kind === 'lines' && Array.isArray(value)) return value.join('\n')
  if ((kind === 'text' || kind === 'long') && typeof value === 'string') return value
  return kind === 'json' ? JSON.stringify(value, null, 2) : JSON.stringify(value)
}

export interface Values {
  values: Record<string, unknown>
  /** What cannot be read as what it is to be, by name; the service checks the rest. */
  problems: Record<string, string>
}

/** Reads what was entered. What is left empty is left out. */
export function valuesOf(fields: readonly Field[], entered: Entered): Values {
  const values: Record<string, unknown> = {}
  const problems: Record<string, string> = {}
  for (const field of fields) {
    const text = entered[field.name]
    if (typeof text === 'boolean') values[field.name] = text
    else if (text === undefined || text.trim() === '') {
      if (field.required) problems[field.name] = 'It has to be given.'
    } else {
      const read = valueOf(field, text)
      if ('problem' in read) problems[field.name] = read.problem
      else values[field.name] = read.value
    }
  }
  return { values, problems }
}

function valueOf({ kind }: Field, text: string): { value: unknown } | { problem: string } {
  switch (kind) {
    case 'text':
    case 'long':
    case 'flag':
      return { value: text }
    case 'lines':
      return { value: text.split('\n').filter((line) => line.trim() !== '') }
    case 'number':
    case 'integer': {
      const value = Number(text)
      if (!Number.isFinite(value)) return { problem: `${text} is no number.` }
      return kind === 'integer' && !Number.isInteger(value) ? { problem: `${text} is no whole number.` } : { value }
    }
    case 'choice':
    case 'json':
      try {
        return { value: JSON.parse(text) as unknown }
      } catch (error) {
        return { problem: `It is no JSON: ${error instanceof Error ? error.message : ''}` }
      }
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
