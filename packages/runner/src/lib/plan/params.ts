import { RunnerError } from '../errors.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { isObject } from '../json-object.ts'
import { valueFaults } from '../json-schema/validate.ts'
import type { Plan } from '../plan.ts'
import { suggest } from '../suggest.ts'
import { formatPath } from '../json-path.ts'

/** A parameter of a plan, as people are shown it. */
export interface ParameterInfo {
  name: string
  /** `integer`, `string or null`, `any`. */
  type: string
  required: boolean
  default?: JsonValue
  description?: string
}

/** What keeps a parameter from fitting. */
type ParamProblem = {
  name: string
  /** To a part of a parameter; begins with its name. */
  path?: (string | number)[]
  message: string
  /** It was not given: by what means it is, whoever tells a person about it knows best. */
  missing?: true
  fix?: string
}

/** The parameters that a plan declares, in its order. */
export function parametersOf(plan: Pick<Plan, 'params'>): ParameterInfo[] {
  const { properties, required } = plan.params ?? {}
  const must = new Set(Array.isArray(required) ? required : [])
  return Object.entries(isObject(properties) ? properties : {}).map(([name, schema]) => {
    const { type, default: given, description } = isObject(schema) ? schema : {}
    return {
      name,
      type: typeof type === 'string' ? type : Array.isArray(type) ? (type as string[]).join(' or ') : 'any',
      required: must.has(name) && given === undefined,
      ...(given === undefined ? {} : { default: given }),
      ...(typeof description === 'string' ? { description } : {}),
    }
  })
}

/**
 * The complete parameters of a run: what is given, and the defaults of the rest. A plan that declares none takes any.
 * Throws RunnerError PARAMS_INVALID, whose `details.problems` lists a ParamProblem for each that is missing, unknown or does
 * not fit its schema.
 */
export function completeParams(plan: Pick<Plan, 'params' | 'name'>, given: JsonObject = {}): JsonObject {
  if (!plan.params) return given
  const infos = parametersOf(plan)
  const complete: JsonObject = {}
  for (const info of infos) if (info.default !== undefined) complete[info.name] = info.default
  Object.assign(complete, given)
  const problems = [...unknown(given, infos.map(({ name }) => name)), ...unfit(complete, plan.params)]
  if (problems.length === 0) return complete
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  throw new RunnerError('PARAMS_INVALID', `The parameters do not fit \`${plan.name}\`: ${first!.message}${more}`, {
    details: { problems },
    ...(first!.fix === undefined ? {} : { fix: first!.fix }),
  })
}

function unknown(given: JsonObject, names: readonly string[]): ParamProblem[] {
  return Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => {
      const meant = suggest(name, names)
      const all = names.length === 0 ? 'it has none' : `it has ${names.map((one) => `\`${one}\``).join(', ')}`
      return {
        name,
        message: `there is no parameter \`${name}\``,
        fix: meant === undefined ? all : `did you mean \`${meant}\`?`,
      }
    })
}

/** What keeps complete parameters from fitting the schema that declares them. */
export function unfit(complete: JsonObject, schema: JsonObject): ParamProblem[] {
  const { additionalProperties: _, ...rest } = schema
  return valueFaults(complete, rest).map(({ path, message }) => ({
    name: String(path[0] ?? ''),
    ...(path.length > 1 && { path: [...path] }),
    message: `\`${path.length === 0 ? 'params' : formatPath(path)}\` ${message}`,
    ...(message === 'is missing' && path.length === 1 ? { missing: true as const, fix: 'give it in `params`' } : {}),
  }))
}
