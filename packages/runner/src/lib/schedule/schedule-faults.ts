import { isObject } from '../json-object.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Plan } from '../plan.ts'
import { firingTimes, isTimezone } from './firing-times.ts'

export interface ScheduleFault {
  /** In a plan. */
  path: string[]
  message: string
  fix?: string
}

/** Before a leap day, so that every day of a year comes soon. */
const SOME_TIME = Date.UTC(2024, 0, 1)

/** What is wrong with the schedule of a plan: its cron expression, its time zone, or parameters that nobody would give. */
export function scheduleFaults({ schedule, params }: Pick<Plan, 'schedule' | 'params'>): ScheduleFault[] {
  if (!schedule) return []
  const { cron, timezone = 'UTC' } = schedule
  const missing = requiredParams(params)
  return [
    ...cronFault(cron),
    ...(isTimezone(timezone) ? [] : [timezoneFault(timezone)]),
    ...(missing.length > 0 ? [{ path: ['schedule'], message: `nobody gives a scheduled run its parameters, and there is no default of ${missing.join(', ')}` }] : []),
  ]
}

function timezoneFault(timezone: string): ScheduleFault {
  return { path: ['schedule', 'timezone'], message: `there is no time zone ${JSON.stringify(timezone)}` }
}

/** Names of parameters without a default. */
export function requiredParams(params: JsonObject | undefined): string[] {
  const required = params?.['required']
  const properties = params?.['properties']
  if (!Array.isArray(required)) return []
  return required.filter((name): name is string => typeof name === 'string' && !hasDefault(properties, name))
}

function hasDefault(properties: JsonValue | undefined, name: string): boolean {
  const schema = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined
  return isObject(schema) && Object.hasOwn(schema, 'default')
}

/** What is wrong with a cron expression: nothing or one thing. */
export function cronFault(cron: string): ScheduleFault[] {
  const fault = (message: string, fix?: string): ScheduleFault[] => [{ path: ['schedule', 'cron'], message, ...(fix !== undefined && { fix }) }]
  try {
    if (firingTimes(cron, 'UTC').next(SOME_TIME) !== null) return []
    return fault(`${JSON.stringify(cron)} names a time that never comes`)
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '').replace(/\.$/, '')
    const fields = cron.trim().split(/\s+/).length
    if (/requires exactly 5 parts|invalid configuration format/.test(why)) {
      return fault(`${JSON.stringify(cron)} is not a cron expression: it has ${fields} fields, not 5`, asOthersWrite(cron) ?? 'minute, hour, day of the month, month, day of the week: `0 6 * * 1-5`')
    }
    return fault(`${JSON.stringify(cron)} is not a cron expression: ${why}`, asOthersWrite(cron))
  }
}

/** What to write instead of what other schedulers take; undefined: they would not take it either. */
function asOthersWrite(cron: string): string | undefined {
  const [first = '', ...rest] = cron.trim().split(/\s+/)
  const zone = /^(?:CRON_)?TZ=(\S+)$/.exec(first)?.[1]
  if (zone !== undefined) return `write the zone beside it: \`{ cron: '${rest.join(' ')}', timezone: ${zone} }\``
  if (first === '@every') return 'write the minutes or the hours: `*/5 * * * *`, `0 */6 * * *`'
  if (rest.length === 5) return `without seconds: \`${rest.join(' ')}\``
  return cron.includes('?') ? `\`*\` is any: \`${cron.trim().replaceAll('?', '*')}\`` : undefined
}
