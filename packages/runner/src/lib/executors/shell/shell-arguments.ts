import type { JsonValue } from '../../json.ts'
import type { PlanStep } from '../../plan.ts'

/**
 * The arguments of a script. A list is passed as it is. Of a map, `key: value` becomes `--key value`, `key: true` just
 * `--key`, false and null nothing, a list `--key value` once for each item. Numbers and texts are passed as they read,
 * other values as JSON. No shell reads them.
 */
export function scriptArguments(args: PlanStep['args']): string[] {
  if (args === undefined) return []
  if (Array.isArray(args)) return args.map(asText)
  return Object.entries(args).flatMap(([key, value]) => {
    const values: readonly JsonValue[] = Array.isArray(value) ? value : [value]
    return values.flatMap((item) => option(`--${key}`, item))
  })
}

function option(name: string, value: JsonValue): string[] {
  if (value === false || value === null) return []
  return value === true ? [name] : [name, asText(value)]
}

function asText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
