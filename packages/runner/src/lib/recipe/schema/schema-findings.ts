import type * as z from 'zod'
import type { ErrorCode } from '../../errors.ts'
import { ordinal } from '../outline.ts'
import type { RecipePositions } from '../text/positions.ts'
import { formatPath } from '../../json-path.ts'
import type { Finding, RecipePath } from '../text/problem.ts'
import {
  concurrencyGroupSchema,
  forEachMapSchema,
  keyError,
  recipeSchema,
  retrySchema,
  scheduleSchema,
  stepSchema,
  successSchema,
} from './schema.ts'
import { isStepList } from '../text/step-lists.ts'
import { suggest } from '../../suggest.ts'
import { describe, quote } from '../../wording.ts'

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(recipeSchema.shape),
  schedule: Object.keys(scheduleSchema.shape),
  'steps[]': Object.keys(stepSchema.shape),
  'steps[].retry': Object.keys(retrySchema.shape),
  'steps[].success': Object.keys(successSchema.shape),
  'steps[].for_each': Object.keys(forEachMapSchema.shape),
  'steps[].concurrency_group': Object.keys(concurrencyGroupSchema.shape),
}

/** Codes of values that have the right type but not the right form. */
const VALUE_CODES: Readonly<Record<string, ErrorCode>> = {
  timeout: 'RECIPE_DURATION',
  deadline: 'RECIPE_DURATION',
  'steps[].timeout': 'RECIPE_DURATION',
  'steps[].name': 'RECIPE_NAME_INVALID',
  'steps[].reads[]': 'RECIPE_CONTEXT_KEY',
  'steps[].success.ctx_has_keys[]': 'RECIPE_CONTEXT_KEY',
  'steps[].produces[]': 'RECIPE_CONTEXT_KEY',
  'steps[].keys[]': 'RECIPE_CONTEXT_KEY',
}

/** What other tools call the fields of a step. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  needs: 'depends_on',
  after: 'depends_on',
  dependencies: 'depends_on',
  run: 'script',
  command: 'script',
  cmd: 'script',
  with: 'args',
  parameters: 'params',
  arguments: 'args',
  uses: 'module',
  class: 'function',
  bash: 'script',
  bash_command: 'script',
  python_callable: 'function',
  op_kwargs: 'args',
  retries: 'retry',
  retry_policy: 'retry',
  retrypolicy: 'retry',
  repeat_policy: 'retry',
  repeatpolicy: 'retry',
  retry_delay: 'delay_sec',
  interval_sec: 'delay_sec',
  intervalsec: 'delay_sec',
  exit_code: 'on',
  exitcode: 'on',
  continue_on: 'continue_on_error',
  continueon: 'continue_on_error',
  trigger_rule: 'continue_on_error',
  execution_timeout: 'timeout',
  timeoutsec: 'timeout',
  sla: 'timeout',
  attempts: 'max',
  max_attempts: 'max',
  delay: 'delay_sec',
  environment: 'env',
  artifacts: 'outputs',
  id: 'name',
  tasks: 'steps',
  jobs: 'steps',
  if: 'when',
  condition: 'when',
  preconditions: 'when',
  skip_if: 'when',
  foreach: 'for_each',
  loop: 'for_each',
  with_items: 'for_each',
  matrix: 'for_each',
  parallelism: 'max_parallel',
  max_concurrency: 'max_parallel',
  pool: 'concurrency_group',
  queue: 'concurrency_group',
  semaphore: 'concurrency_group',
  weight: 'priority',
  priority_weight: 'priority',
  vars: 'params',
  variables: 'params',
  on_error: 'on_failure',
  handler_on: 'on_failure',
  handleron: 'on_failure',
  on_failure_callback: 'on_failure',
  on_success_callback: 'on_success',
  finally: 'always',
  on_exit: 'always',
  uri: 'url',
  endpoint: 'url',
  payload: 'body',
  status: 'expect',
  workflow: 'recipe',
  prompt: 'message',
  by: 'approvers',
  max_time: 'deadline',
  dagrun_timeout: 'deadline',
  max_active_tasks: 'concurrency',
  max_active_steps: 'concurrency',
  maxactivesteps: 'concurrency',
  tags: 'test_meta',
  limit: 'deadline',
  cron: 'schedule',
  schedules: 'schedule',
  tz: 'timezone',
  time_zone: 'timezone',
  catchup: 'catch_up',
  catchup_window: 'catch_up',
  overlap_policy: 'overlap',
  concurrency_policy: 'overlap',
  timeout_sec: 'timeout',
  timeout_seconds: 'timeout',
  items: 'for_each',
}

/** Words zod's issues about a recipe's value and places them. */
export function schemaFindings(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  positions: RecipePositions,
): Finding[] {
  return issues.flatMap((issue) => {
    const path = issue.path as RecipePath
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(path, key, value, positions))
    const inner = issue.code === 'invalid_union' ? issuesInside(issue) : []
    if (inner.length > 0) return schemaFindings(inner, value, positions)
    return [valueFinding(issue, path, value, positions)]
  })
}

/** The issues inside of the one branch of a union that took the value's type, if there is one. */
function issuesInside(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const isInside = ({ path, code }: z.core.$ZodIssue): boolean => path.length > 0 || code === 'unrecognized_keys'
  const branch = issue.errors.find(([first]) => first && isInside(first)) ?? []
  return branch.map((inside) => ({ ...inside, path: [...issue.path, ...inside.path] }))
}

function unknownField(path: RecipePath, key: string, value: unknown, positions: RecipePositions): Finding {
  const fields = FIELDS[pattern(path)] ?? []
  const owned = lookup(value, path) ?? {}
  const elsewhere = ELSEWHERE[key.toLowerCase()]
  const meant =
    elsewhere && fields.includes(elsewhere)
      ? elsewhere
      : suggest(
          key,
          fields.filter((field) => !Object.hasOwn(owned, field)),
        )
  const owner =
    path.length === 0
      ? 'a recipe'
      : isStepList(path[0]) && path.length === 2
        ? 'a step'
        : `\`${String(path.at(-1))}\``
  return {
    code: 'RECIPE_FIELD_UNKNOWN',
    message: `${owner} has no field ${quote(key)}`,
    range: positions.range([...path, key], 'key'),
    fix: meant === undefined ? `its fields are ${fields.join(', ')}` : `did you mean \`${meant}\`?`,
    path: formatPath([...path, key]),
    ...(meant === undefined ? {} : { meant: formatPath([...path, meant]) }),
  }
}

function valueFinding(issue: z.core.$ZodIssue, path: RecipePath, value: unknown, positions: RecipePositions): Finding {
  const found = lookup(value, path)
  const name = path.length === 0 ? 'a recipe' : quote(fieldName(path))
  const place = { range: positions.range(path), ...(path.length === 0 ? {} : { path: formatPath(path) }) }
  if (found === undefined && path.length > 0) {
    const owner =
      path.length === 1
        ? 'the recipe'
        : path.length === 3 && isStepList(path[0])
          ? stepName(lookup(value, path.slice(0, -1)), path)
          : quote(fieldName(path.slice(0, -1)))
    return {
      code: 'RECIPE_FIELD_MISSING',
      message: `${owner} has no ${quote(String(path.at(-1)))}`,
      ...place,
      fix: `add \`${String(path.at(-1))}:\`, ${issue.message}`,
    }
  }
  if (path.length === 0) {
    const message = `a recipe is a map with a list of \`steps\`, not ${describe(found)}`
    return { code: 'RECIPE_FIELD_TYPE', message, ...place }
  }
  const wrongType = issue.code === 'invalid_type' || (issue.code === 'invalid_union' && found !== null)
  const code = found === null || wrongType ? 'RECIPE_FIELD_TYPE' : (VALUE_CODES[pattern(path)] ?? 'RECIPE_FIELD_VALUE')
  const phrase = issue.message.startsWith('Invalid') ? 'a map' : issue.message
  const fix = found === null ? `give it a value, or remove ${name}` : fixFor(issue, found, path)
  return {
    code,
    message: `${name} must be ${phrase}, not ${describe(found)}`,
    ...place,
    ...(fix === undefined ? {} : { fix }),
  }
}

function fixFor(issue: z.core.$ZodIssue, found: unknown, path: RecipePath): string | undefined {
  if (issue.code === 'invalid_value') return enumFix(issue.values, found)
  if (VALUE_CODES[pattern(path)] === 'RECIPE_DURATION') return durationFix(found)
  if (path.at(-1) === 'retry' && Number.isInteger(found)) return `write \`{ max: ${String(found)} }\`: so many attempts in all`
  if (issue.code !== 'invalid_type') return contextKeyFix(found, path)
  const text = typeof found === 'string' ? found : undefined
  if (issue.expected === 'boolean' && text !== undefined) {
    if (/^(yes|on|true|y)$/i.test(text)) return 'write `true`'
    if (/^(no|off|false|n)$/i.test(text)) return 'write `false`'
  }
  if ((issue.expected === 'number' || issue.expected === 'int') && text !== undefined && /^[-+]?[\d.]+$/.test(text))
    return `remove the quotes: ${quote(text).slice(1, -1)}`
  if (issue.expected === 'array' && text !== undefined && !isStepList(path.at(-1)))
    return `write it as a list: \`[${quote(text).slice(1, -1)}]\``
  if (issue.expected === 'string' && (typeof found === 'number' || typeof found === 'boolean'))
    return `put it in quotes: \`'${String(found)}'\``
  return undefined
}

function enumFix(values: readonly unknown[], found: unknown): string | undefined {
  const meant = typeof found === 'string' ? suggest(found, values.map(String)) : undefined
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ms|msecs?|millis|milliseconds?)$/i, 'ms'],
  [/^(?:s|secs?|seconds?)$/i, 's'],
  [/^(?:m|mins?|minutes?)$/i, 'm'],
  [/^(?:h|hrs?|hours?)$/i, 'h'],
]

function durationFix(found: unknown): string | undefined {
  const [, amount, word = ''] = typeof found === 'string' ? (/^(\d+(?:\.\d+)?) *([a-z]+)$/i.exec(found) ?? []) : []
  const unit = UNITS.find(([spelling]) => spelling.test(word))?.[1]
  return amount === undefined || unit === undefined ? undefined : `write \`${amount}${unit}\``
}

function contextKeyFix(found: unknown, path: RecipePath): string | undefined {
  if (VALUE_CODES[pattern(path)] !== 'RECIPE_CONTEXT_KEY' || typeof found !== 'string') return undefined
  const fix = keyError(found)?.fix?.replace(/\.$/, '')
  return fix?.startsWith('Write ') ? `write \`${fix.slice(6)}\`` : 'for example `results.rows_v1`'
}

/** The field a path leads to, with its parents up to the step: `retry.max`, `reads[0]`, `step 3`. */
function fieldName(path: RecipePath): string {
  return isStepList(path[0]) && path.length > 2 ? formatPath(path.slice(2)) : formatPath(path)
}

function stepName(step: unknown, path: RecipePath): string {
  const name = typeof step === 'object' && step !== null && 'name' in step ? step.name : undefined
  if (typeof name === 'string') return `the step ${quote(name)}`
  return ordinal({ list: isStepList(path[0]) ? path[0] : 'steps', index: Number(path[1]) })
}

/** The steps of every list have the same fields. */
function pattern(path: RecipePath): string {
  const [list, ...rest] = path
  return formatPath(isStepList(list) ? ['steps', ...rest] : path).replaceAll(/\[\d+\]/g, '[]')
}

function lookup(value: unknown, path: RecipePath): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part)
        ? (at as Record<string | number, unknown>)[part]
        : undefined,
    value,
  )
}
