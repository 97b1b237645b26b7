import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { JsonObject, JsonValue } from '@lorc/runner'
import { CliError } from '../errors.ts'
import { exampleOf, isOfKind, isText, kindsOf, kindText, type Kind } from '../command-line/param-kinds.ts'

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
      throw new CliError('CLI_OPTION_INVALID', `--param is NAME=VALUE, not \`${text}\`.`, { fix: `write --param ${/^\w+$/.test(text) ? text : (names[0] ?? 'days')}=VALUE` })
    const name = text.slice(0, equals)
    refuseName(name, name)
    params[name] = valueOf(name, text.slice(equals + 1), kindsOf(schemaOf(schema, name)), names)
  }
  return params
}

/** What is declared of a parameter; undefined: nothing. */
function schemaOf(declared: JsonObject | undefined, name: string): JsonValue | undefined {
  const properties = declared?.['properties']
  return isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined
}

/** Read as JSON where that fits, else as the text that it is: where both would do, a text is written as JSON, in quotes. */
function valueOf(name: string, text: string, kinds: readonly Kind[] | undefined, names: readonly string[]): JsonValue {
  if (kinds?.every(isText) === true) return text
  const value = jsonOf(name, text)
  if (kinds === undefined) return value ?? text
  if (value !== undefined && kinds.some((kind) => isOfKind(value, kind))) return value
  if (kinds.some(isText)) return text
  throw new CliError('CLI_OPTION_INVALID', `--param ${name} takes ${kinds.map(kindText).join(' or ')}, not \`${text}\`.`, {
    fix: `for example --param ${name}=${exampleOf(kinds[0])}${names.length === 0 ? '' : `; its parameters are ${names.join(', ')}`}.`,
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
