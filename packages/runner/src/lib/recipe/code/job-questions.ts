import { hasTemplates } from '../../expressions/template.ts'
import { isObject } from '../../json-object.ts'
import { valueFaults } from '../../json-schema/validate.ts'
import type { JobFinder, JobPlace } from '../../job-port.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import { parametersOf } from '../../plan/params.ts'
import type { CodeFault, CodeQuestion } from './code-question.ts'
import { stepPath, type StepOutline } from '../outline.ts'
import type { RecipePath } from '../text/problem.ts'
import { suggest } from '../../suggest.ts'
import { clause, quote } from '../../wording.ts'

/** What there is to ask about a step of type `job`: its times, and, where jobs can be looked up, the job and what it takes. */
export function jobQuestions(step: StepOutline, finder: JobFinder | undefined): CodeQuestion[] {
  const at = (...path: RecipePath): RecipePath => stepPath(step, ...path)
  const { since, until } = { since: knownTime(step.since), until: knownTime(step.until) }
  const times: CodeQuestion[] = [
    ...(since === undefined ? [] : [{ at: at('since'), key: `times ${since} ${until}`, ask: () => lookAtTimes({ since, ...(until !== undefined && { until }) }) }]),
    ...(until === undefined ? [] : [{ at: at('until'), key: `until ${until}`, ask: () => lookAtTimes({ until }) }]),
  ]
  const { package: packageName, job } = step
  if (!finder || packageName === undefined || job === undefined) return times
  const key = JSON.stringify([packageName, job])
  let finding: Promise<Found> | undefined
  const find = (): Promise<Found> => (finding ??= locate(finder, packageName, job))
  const given = step.params ?? {}
  return [
    ...times,
    { at: at('package'), key: `package ${key}`, ask: async () => faultAt('package', await find()) },
    { at: at('job'), key: `job ${key}`, ask: async () => faultAt('job', await find()) },
    { at: at('params'), key: `missing ${key} ${Object.keys(given).join()}`, ask: async () => missingParam(await find(), given) },
    ...Object.entries(given).map(([name, value]): CodeQuestion => ({
      at: at('params', name),
      key: `param ${key} ${name} ${JSON.stringify(value)}`,
      ask: async () => paramFault(await find(), name, value as JsonValue),
    })),
  ]
}

type Found = { place: JobPlace } | { fault: CodeFault; field: 'package' | 'job' }

async function locate(finder: JobFinder, packageName: string, job: string): Promise<Found> {
  try {
    return { place: await finder.locate(packageName, job) }
  } catch (error) {
    const { code, message, fix } = error as { code?: unknown; message?: unknown; fix?: unknown }
    const fault: CodeFault = {
      code: 'RECIPE_JOB_UNKNOWN',
      message: clause(String(message)),
      fix: typeof fix === 'string' ? clause(fix) : undefined,
    }
    return { fault, field: /_JOB_|_MODULE_/.test(String(code)) ? 'job' : 'package' }
  }
}

function faultAt(field: 'package' | 'job', found: Found): CodeFault | undefined {
  return 'fault' in found && found.field === field ? found.fault : undefined
}

function missingParam(found: Found, given: Readonly<Record<string, unknown>>): CodeFault | undefined {
  if (!('place' in found) || !found.place.params) return undefined
  const missing = parametersOf(found.place).find(({ name, required }) => required && !Object.hasOwn(given, name))
  if (!missing) return undefined
  return {
    code: 'RECIPE_FIELD_MISSING',
    message: `${quote(found.place.label)} needs the parameter ${quote(missing.name)}`,
    fix: `add \`${missing.name}:\` to \`params\``,
  }
}

function paramFault(found: Found, name: string, value: JsonValue): CodeFault | undefined {
  const schema = 'place' in found ? found.place.params : undefined
  if (!('place' in found) || !isObject(schema?.properties)) return undefined
  const { properties, additionalProperties = false } = schema as JsonObject & { properties: JsonObject }
  if (!Object.hasOwn(properties, name)) {
    if (additionalProperties !== false) return undefined
    const names = Object.keys(properties)
    const meant = suggest(name, names)
    const fix = meant === undefined ? `it has ${names.map(quote).join(', ') || 'none'}` : `did you mean ${quote(meant)}?`
    return { code: 'RECIPE_FIELD_UNKNOWN', message: `${quote(found.place.label)} has no parameter ${quote(name)}`, fix }
  }
  if (hasTemplates(value) || !isObject(properties[name])) return undefined
  const [fault] = valueFaults(value, properties[name], 1)
  return fault && { code: 'RECIPE_FIELD_VALUE', message: `${quote(name)} ${fault.message}` }
}

function knownTime(text: string | undefined): string | undefined {
  return text === undefined || hasTemplates(text) ? undefined : text
}

/** What no run could take: where one of two times is a date and the other counts back, when it runs decides which comes first. */
async function lookAtTimes(given: { since?: string; until?: string }): Promise<CodeFault | undefined> {
  const { readTimeWindow } = await import('@lorc/event-client')
  const fault = (times: { since?: string | undefined; until?: string | undefined }, now: number): CodeFault | undefined => {
    try {
      readTimeWindow(times, now)
      return undefined
    } catch (error) {
      const { message, fix } = error as { message: string; fix?: string }
      return { code: 'RECIPE_FIELD_VALUE', message: clause(message), fix: fix && clause(fix) }
    }
  }
  const { since, until } = given
  const alone = fault(since === undefined ? { until } : { since }, 0)
  if (alone || since === undefined || until === undefined || fault({ until }, 0)) return alone
  const always = NOWS.every((now) => fault(given, now))
  return always ? { code: 'RECIPE_FIELD_VALUE', message: '`since` is after `until`', fix: 'swap the two, or leave one out' } : undefined
}

/** No run begins before or after. */
const NOWS = [0, Date.UTC(9999, 0)]
