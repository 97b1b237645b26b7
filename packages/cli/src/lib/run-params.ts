import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { JsonObject, JsonValue } from '@lorc/runner'
import { CliError } from './errors.ts'

/**
 * The parameters that a command line gives: those of `--params-file`, then those of `--param`, read by the types that
 * the plan or the job declares (`params`, a JSON Schema). `undefined`: none are given. Throws CliError CLI_OPTION_INVALID, CLI_PARAMS_UNREADABLE; what does
 * not fit it is told when the run is started. `names` are told with a value that does not fit.
 */
export async function givenParams(
  { params: schema, names = [] }: { params?: JsonObject | undefined; names?: readonly string[] | undefined },
  given: { readonly param: readonly string[]; readonly 'params-file': string | undefined },
  cwd: string,
): Promise<JsonObject | undefined> {
  const { param, 'params-file': file } = given
  if (param.length === 0 && file === undefined) return undefined
  const params = file === undefined ? {} : await readParamsFile(file, cwd)
  for (const text of param) {
    const equals = text.indexOf('=')
    if (equals < 1)
      throw new CliError('CLI_OPTION_INVALID', `--param is NAME=VALUE, not \`${text}\`.`, { fix: `write --param ${names[0] ?? 'days'}=VALUE` })
    const name = text.slice(0, equals)
    refuseName(name, name)
    params[name] = valueOf(name, text.slice(equals + 1), typesOf(schema, name), names)
  }
  return params
}

/** The types that a parameter may have; none: any. */
function typesOf(declared: JsonObject | undefined, name: string): readonly string[] {
  const properties = declared?.['properties']
  const schema = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined
  const type = isObject(schema) ? schema['type'] : undefined
  return typeof type === 'string' ? [type] : Array.isArray(type) ? type.filter((one) => typeof one === 'string') : []
}

function valueOf(name: string, text: string, types: readonly string[], names: readonly string[]): JsonValue {
  if (types.length === 1 && types[0] === 'string') return text
  const value = jsonOf(name, text)
  const type = value === undefined ? undefined : typeOf(value)
  const fits = types.length === 0 || types.some((one) => one === type || (one === 'number' && type === 'integer'))
  if (value !== undefined && fits) return value
  if (types.length === 0 || types.includes('string')) return text
  throw new CliError('CLI_OPTION_INVALID', `--param ${name} takes ${words(types)}, not \`${text}\`.`, {
    fix: `for example --param ${name}=${EXAMPLES[types[0] ?? ''] ?? 'null'}${names.length === 0 ? '' : `; its parameters are ${names.join(', ')}`}.`,
  })
}

function jsonOf(param: string, text: string): JsonValue | undefined {
  const check = (name: string, value: JsonValue): JsonValue => {
    refuseName(name, param)
    return value
  }
  try {
    return JSON.parse(text, check) as JsonValue
  } catch (error) {
    if (error instanceof CliError) throw error
    return undefined
  }
}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** Names that could reach into the prototype of an object. */
function refuseName(name: string, param: string): void {
  if (FORBIDDEN.has(name)) throw new CliError('CLI_OPTION_INVALID', `--param ${param} has a field called \`${name}\`, which is not allowed.`, { fix: 'choose another name.' })
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

const WORDS: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list as JSON',
  object: 'a map as JSON',
  null: 'null',
}
const EXAMPLES: Readonly<Record<string, string>> = {
  integer: '3',
  number: '0.5',
  boolean: 'true',
  array: `'["a","b"]'`,
  object: `'{"a":1}'`,
}

function words(types: readonly string[]): string {
  return types.map((type) => WORDS[type] ?? type).join(' or ')
}

async function readParamsFile(file: string, cwd: string): Promise<JsonObject> {
  const { formatProblem, readData } = await import('@lorc/runner/recipe')
  const bytes = await readFile(resolve(cwd, file)).catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'does not exist' : 'cannot be read'
    throw new CliError('CLI_PARAMS_UNREADABLE', `the file \`${file}\` of --params-file ${why}.`, { cause: error })
  })
  const { value, problems } = readData(bytes, { file })
  const footer = problems.map((problem) => formatProblem(problem)).join('\n\n')
  if (problems.length > 0)
    throw new CliError('CLI_PARAMS_UNREADABLE', `the file \`${file}\` of --params-file is not well-formed.`, { footer })
  if (!isObject(value))
    throw new CliError('CLI_PARAMS_UNREADABLE', `the file \`${file}\` of --params-file holds no map of parameters.`, {
      fix: 'write one parameter a line: `days: 3`',
    })
  return { ...value }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
