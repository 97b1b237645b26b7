import type { JsonValue } from '../../json.ts'
import { cronFault, requiredParams } from '../../schedule/schedule-faults.ts'
import { isTimezone } from '../../schedule/firing-times.ts'
import { readParams } from '../schema/parameter-schema.ts'
import type { RuleFinding } from '../step-rules.ts'
import { quote } from '../../wording.ts'

/** Checks the schedule of a recipe, however wrong the rest of it is. */
export function checkSchedule(recipe: unknown): RuleFinding[] {
  const { schedule, params } = fieldsOf(recipe)
  if (schedule === undefined || schedule === null) return []
  const short = typeof schedule === 'string'
  const { cron, timezone } = short ? { cron: schedule, timezone: undefined } : fieldsOf(schedule)
  const findings: RuleFinding[] = []
  if (typeof cron === 'string' && cron !== '') {
    const at = short ? ['schedule'] : ['schedule', 'cron']
    for (const { message, fix } of cronFault(cron)) findings.push({ code: 'RECIPE_SCHEDULE', message, at, ...(fix !== undefined && { fix }) })
  }
  if (typeof timezone === 'string' && timezone !== '' && !isTimezone(timezone)) {
    const message = `there is no time zone ${quote(timezone)}`
    findings.push({ code: 'RECIPE_SCHEDULE', message, at: ['schedule', 'timezone'], fix: 'name one as in the IANA database: `Europe/Berlin`' })
  }
  return [...findings, ...checkParams(params)]
}

/** Nobody gives a scheduled run its parameters. */
function checkParams(params: unknown): RuleFinding[] {
  if (params === undefined) return []
  const { schema, findings } = readParams(params as JsonValue)
  if (findings.length > 0) return []
  const whole = fieldsOf(params).type === 'object'
  return requiredParams(schema).map((name) => ({
    code: 'RECIPE_SCHEDULE',
    message: `the parameter ${quote(name)} has no default, and nobody gives a scheduled run its parameters`,
    at: whole ? ['params', 'properties', name] : ['params', name],
    fix: 'give it a default: `{ type: ..., default: ... }`',
  }))
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
