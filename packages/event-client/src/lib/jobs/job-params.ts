import { EventError } from '../errors.ts'
import type { JobSpec } from './job-spec.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { StandardIssue, StandardSchema } from './standard-schema.ts'

/**
 * The JSON Schema (draft 2020-12) of what a job's parameters are given as; undefined where the schema's library cannot
 * tell (https://standardschema.dev/json-schema), and for a job without parameters.
 */
export function paramsJsonSchema({ params }: Pick<JobSpec, 'params'>): JsonObject | undefined {
  const describe = params?.['~standard'].jsonSchema?.input
  try {
    return describe?.({ target: 'draft-2020-12', libraryOptions: WORDLESS }) as JsonObject | undefined
  } catch {
    return undefined
  }
}

/** Where JSON Schema has no word: a Date is given as a text, a bigint or the like as anything. In zod's terms, which other libraries pass over. */
const WORDLESS = {
  unrepresentable: ({ zodSchema }: { zodSchema?: { _zod?: { def?: { type?: unknown } } } }) =>
    zodSchema?._zod?.def?.type === 'date' ? { type: 'string', format: 'date-time' } : 'any',
}

/** Names of the parameters that a job declares; undefined: neither its schema tells nor `declared`, the JSON Schema of its package.json. */
export function paramNames(spec: Pick<JobSpec, 'params'>, declared?: JsonObject): readonly string[] | undefined {
  if (spec.params === undefined) return []
  const properties = (paramsJsonSchema(spec) ?? declared)?.properties ?? fieldsOf(spec.params)
  return isObject(properties) ? Object.keys(properties) : undefined
}

/** The schema of one parameter; `description` is there in zod. */
export interface Field extends StandardSchema {
  readonly description?: unknown
}

/** What schemas of objects have for everybody to read: `shape` in zod, `entries` in valibot. */
interface ObjectSchema extends StandardSchema {
  readonly shape?: Readonly<Record<string, Field>>
  readonly entries?: Readonly<Record<string, Field>>
  /** In zod 3, where there is a `refine` or a `transform`: the schema before that. */
  innerType?(): ObjectSchema
}

/** The fields of an object's schema of zod or valibot, also of versions that tell no JSON Schema. */
export function fieldsOf(schema: ObjectSchema): Readonly<Record<string, Field>> | undefined {
  return schema.shape ?? schema.entries ?? (schema.innerType && fieldsOf(schema.innerType()))
}

/**
 * What a job gets as `ctx.params`: `given` as the job's schema makes it. Throws EventError JOB_PARAMS_INVALID, whose
 * `details.problems` lists everything that is wrong as `{ name?, path?, message }`: which parameter, and where in it, for
 * parameters that the schema refuses or does not declare. `declared` is the JSON Schema of its package.json, for a schema
 * that does not tell one.
 */
export async function readParams(spec: Pick<JobSpec, 'params'>, given: JsonObject, name: string, declared?: JsonObject): Promise<unknown> {
  const unknown = undeclared(spec, given, declared)
  const result = await validate(spec.params, given)
  if (result.issues === undefined && unknown.length === 0) {
    const ignored = await ignoredParams(spec, given, result.value)
    if (ignored.length === 0) return result.value
    unknown.push(...ignored)
  }
  const problems: Problem[] = [
    ...unknown.map((param) => ({ name: param, message: `it has no parameter \`${param}\`` })),
    // An unknown one is told once, not in the schema's words again.
    ...(result.issues ?? []).filter((issue) => !unknown.some((param) => issue.message.includes(`"${param}"`))).map((issue) => told(issue, given)),
  ]
  const names = paramNames(spec, declared)
  throw new EventError('JOB_PARAMS_INVALID', `The parameters of ${name} are wrong: ${problems.map(({ message }) => message).join('; ')}.`, {
    ...(names && { fix: names.length === 0 ? `${name} takes no parameters.` : `Its parameters are ${names.join(', ')}.` }),
    details: { problems, ...(names && { parameters: [...names] }) },
  })
}

type Result = { value: unknown; issues?: undefined } | { issues: readonly StandardIssue[] }

async function validate(schema: StandardSchema | undefined, given: JsonObject): Promise<Result> {
  if (schema === undefined) return { value: {} }
  try {
    const { issues, ...rest } = await schema['~standard'].validate(given)
    if (issues === undefined) return { value: (rest as { value?: unknown }).value }
    return { issues: issues.map((issue) => ({ ...issue, message: String(issue.message as unknown) })) }
  } catch (error) {
    return { issues: [{ message: `the schema threw ${error instanceof Error ? error.message : String(error)}` }] }
  }
}

/** Given names that the schema, as far as it tells, has no use for. */
function undeclared(spec: Pick<JobSpec, 'params'>, given: JsonObject, declared: JsonObject | undefined): string[] {
  if (spec.params === undefined) return Object.keys(given)
  const schema = paramsJsonSchema(spec) ?? declared
  const { properties, additionalProperties = false, patternProperties } = schema ?? {}
  if (!isObject(properties) || additionalProperties !== false || patternProperties !== undefined) return []
  return Object.keys(given).filter((name) => !Object.hasOwn(properties, name))
}

/** Most schemas drop what they do not declare in silence. Where one cannot be asked, what changes nothing was dropped. */
async function ignoredParams({ params }: Pick<JobSpec, 'params'>, given: JsonObject, value: unknown): Promise<string[]> {
  if (params === undefined || !isObject(value)) return []
  const ignored: string[] = []
  for (const name of Object.keys(given).filter((key) => !Object.hasOwn(value, key))) {
    const { [name]: _, ...rest } = given
    const without = await validate(params, rest)
    if (without.issues === undefined && JSON.stringify(without.value) === JSON.stringify(value)) ignored.push(name)
  }
  return ignored
}

interface Problem extends JsonObject {
  message: string
}

/** What libraries say by themselves of a parameter that is not given, which is no more than that; an author's own words are. */
const NOT_GIVEN = /\bundefined\b|^Required$|\(was missing\)/

function told({ message, path = [] }: StandardIssue, given: JsonObject): Problem {
  const place = path.map((part) => String(typeof part === 'object' ? part.key : part))
  const [name] = place
  const sentence = message.replace(/\.$/, '')
  if (name === undefined) return { message: sentence }
  if (place.length === 1 && !Object.hasOwn(given, name)) {
    return { name, message: `\`${name}\` is missing${NOT_GIVEN.test(message) ? '' : `: ${sentence}`}` }
  }
  return { name, ...(place.length > 1 && { path: place }), message: `\`${place.join('.')}\`: ${sentence}` }
}

function isObject(value: unknown): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
