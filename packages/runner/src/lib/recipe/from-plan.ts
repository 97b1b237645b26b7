import { stringify } from 'yaml'
import { canonicalize } from '../journal/canonical-json.ts'
import { RunnerError } from '../errors.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { moduleOf } from '../plan/module-steps.ts'
import type { Plan, PlanStep, RetryPolicy } from '../plan.ts'
import { compileRecipe, STEP_TYPES } from './compile.ts'
import { stagesOf } from './rules/order.ts'
import { isTypeAlone, shortParams } from './schema/parameter-schema.ts'
import { formatPath } from '../json-path.ts'
import { STEP_LIST_NAMES, STEP_LISTS } from './text/step-lists.ts'

/**
 * The recipe that compiles to exactly this plan. What recipes leave to defaults is left out. Throws RunnerError
 * CONVERT_IMPOSSIBLE, which names the place, where no recipe says what the plan does. Recipes that it runs stay in their files.
 */
export function planToYaml(plan: Plan): string {
  const text = stringify(recipeOf(plan), { lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false })
  const types = [...STEP_TYPES, ...plan.steps.map(({ type }) => type)]
  const compiled = compileRecipe(text, { file: 'recipe.yaml', types, subPlans: subPlansOf(plan) })
  const [problem] = compiled.problems
  if (problem) throw impossible(`${problem.path === undefined ? '' : `${problem.path}: `}${problem.message}`)
  const place = firstDifference(plan, compiled.plan!)
  if (place) throw impossible(`${formatPath(place) || 'the plan'} is not something that a recipe can say`)
  return text
}

/** The plans that a plan's steps run, by the files that they came from. */
export function subPlansOf(plan: Plan): Map<string, Plan> {
  return new Map(plan.steps.flatMap(({ recipe }) => (recipe?.path === undefined ? [] : [[recipe.path, recipe.plan] as const])))
}

function impossible(message: string): RunnerError {
  return new RunnerError('CONVERT_IMPOSSIBLE', `The plan cannot be written as a recipe: ${message}.`, { fix: 'Keep it as a TypeScript plan.' })
}

/** Where two values that are JSON differ first; undefined: nowhere. */
function firstDifference(a: unknown, b: unknown): (string | number)[] | undefined {
  if (canonicalize(a) === canonicalize(b)) return undefined
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return []
  const [left, right] = [a as JsonObject, b as JsonObject]
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const key = Array.isArray(a) ? Number(name) : name
    if (left[name] === undefined || right[name] === undefined) return [key]
    const inner = firstDifference(left[name], right[name])
    if (inner) return [key, ...inner]
  }
  return []
}

/** A plan as a recipe, whether or not that says all of it. */
export function recipeOf(plan: Plan): JsonObject {
  const lists = STEP_LIST_NAMES.map((list) => [list, plan.steps.filter(({ phase }) => (phase ?? 'main') === STEP_LISTS[list])] as const)
  return given({
    name: plan.name,
    description: plan.description,
    test_meta: plan.meta,
    concurrency: plan.concurrency,
    timeout: durationOf(plan.timeoutMs),
    deadline: durationOf(plan.deadlineMs),
    conflict: plan.conflict,
    schedule: plan.schedule && scheduleOf(plan.schedule),
    params: plan.params && shortParams(plan.params),
    env: plan.env && envOf(plan.env),
    secrets: plan.secrets,
    ...Object.fromEntries(lists.flatMap(([list, steps]) => (steps.length > 0 ? [[list, stepsOf(steps)]] : []))),
  })
}

/** The steps of one list, with no more said of their order than is needed. */
function stepsOf(steps: readonly PlanStep[]): JsonValue[] {
  const stages = steps.map(({ stage }) => stage)
  const depends = steps.map(({ dependsOn }) => ({ ...(dependsOn && { dependsOn }), parallel: false }))
  const together = depends.map((step, i) => ({ ...step, parallel: !step.dependsOn && (stages[i - 1] === stages[i] || stages[i + 1] === stages[i]) }))
  const says = (placed: Parameters<typeof stagesOf>[0]): boolean => stagesOf(placed).join() === stages.join()
  const parallel = !says(depends) && says(together)
  const idx = !says(depends) && !parallel
  return steps.map((step, i) => stepOf(step, { ...(idx && { idx: step.stage }), ...(parallel && together[i]!.parallel && { parallel: true }) }))
}

function stepOf(step: PlanStep, order: { idx?: number; parallel?: boolean }): JsonObject {
  const { http, approval, job, recipe, forEach, success, cache } = step
  const call = moduleOf(step) === undefined ? undefined : (step.args as JsonObject)
  return given({
    idx: order.idx,
    name: step.name,
    type: step.type,
    parallel: order.parallel,
    depends_on: step.dependsOn,
    when: step.when,
    for_each: forEach?.items,
    max_parallel: forEach?.maxParallel,
    module: step.module ?? call?.module,
    function: step.function,
    script: step.script,
    args: call ? undefined : step.args,
    method: http?.method === 'GET' ? undefined : http?.method,
    url: http?.url,
    headers: http?.headers,
    body: http?.body,
    expect: http?.expect?.length === 1 ? http.expect[0] : http?.expect,
    set: http?.set ?? job?.set,
    message: approval?.message,
    approvers: approval?.by,
    package: job?.package,
    job: job?.name,
    account: job?.account,
    since: job?.since,
    until: job?.until,
    recipe: recipe?.path,
    params: recipe?.params ?? job?.params,
    keys: recipe?.keys,
    reads: step.reads,
    produces: step.produces && producesOf(step.produces),
    success: success && given({ ctx_has_keys: success.ctxHasKeys, when: success.when }),
    retry: step.retry && retryOf(step.retry),
    timeout: durationOf(step.timeoutMs),
    continue_on_error: step.continueOnError,
    requires_process: step.requiresProcess,
    cache: cache?.mode === 'auto' ? 'auto' : undefined,
    cache_key: cache?.mode === 'key' ? cache.key : undefined,
    env: step.env && envOf(step.env),
    inputs: call ? call.inputs : step.inputs,
    parameters: call?.parameters,
    outputs: step.outputs,
    priority: step.priority,
    concurrency_group: step.concurrencyGroup?.limit === 1 ? step.concurrencyGroup.name : step.concurrencyGroup,
  })
}

function scheduleOf({ cron, timezone, catchUp, overlap }: NonNullable<Plan['schedule']>): JsonValue {
  const fields = given({ cron, timezone, catch_up: catchUp, overlap })
  return Object.keys(fields).length === 1 ? cron : fields
}

function retryOf(retry: RetryPolicy): JsonObject {
  const defaultMax = Math.max(300_000, retry.delayMs)
  return given({
    max: retry.max,
    delay_sec: retry.delayMs === 0 ? undefined : retry.delayMs / 1000,
    backoff: retry.backoff === 'fixed' ? undefined : retry.backoff,
    factor: retry.factor === 2 ? undefined : retry.factor,
    max_delay_sec: retry.maxDelayMs === defaultMax ? undefined : retry.maxDelayMs / 1000,
    jitter: retry.jitter === 0 ? undefined : retry.jitter,
    on: retry.on,
  })
}

function durationOf(ms: number | undefined): JsonValue | undefined {
  if (ms === undefined) return undefined
  return (ms / 1000) * 1000 === ms && Number.isInteger(ms / 1000) ? ms / 1000 : `${ms}ms`
}

function envOf({ grant, set }: NonNullable<Plan['env']>): JsonValue {
  return Object.keys(set).length === 0 ? grant : set
}

function producesOf(produces: NonNullable<PlanStep['produces']>): JsonValue {
  if (Object.values(produces).every((schema) => schema === true)) return Object.keys(produces)
  return Object.fromEntries(Object.entries(produces).map(([key, schema]) => [key, schema !== true && isTypeAlone(schema) ? schema.type! : schema]))
}

function given(fields: { readonly [name: string]: JsonValue | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined))
}
