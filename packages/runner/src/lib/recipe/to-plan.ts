import { bareCel } from '../expressions/template.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Plan, PlanStep, RetryPolicy } from '../plan.ts'
import { durationMs } from './duration.ts'
import { celOf } from './literal-cel.ts'
import { readParams, readProduces } from './parameter-schema.ts'
import { normalizePath } from './paths.ts'
import { STEP_LIST_NAMES, STEP_LISTS, type Phase } from './step-lists.ts'
import type { Recipe, RecipeStep } from './schema.ts'

type Retry = NonNullable<RecipeStep['retry']>
type Env = NonNullable<RecipeStep['env']>

/** The plans of the recipes that steps run, by path as `normalizePath` gives it. */
export type SubPlans = ReadonlyMap<string, Plan>

/** The plan of a recipe that has no problems. `stages` are those of its steps, all lists one after the other. */
export function toPlan(recipe: Recipe, stages: readonly number[], file: string, subPlans: SubPlans): Plan {
  const meta = recipe.test_meta as JsonObject | undefined
  const description = recipe.description ?? (typeof meta?.description === 'string' ? meta.description : undefined)
  return {
    lorc: 1,
    name: planName(recipe, file),
    ...(description === undefined ? {} : { description }),
    ...(meta === undefined ? {} : { meta }),
    ...(recipe.concurrency === undefined ? {} : { concurrency: recipe.concurrency }),
    ...timeoutOf(recipe.timeout),
    ...deadlineOf(recipe.deadline),
    ...(recipe.params === undefined ? {} : { params: readParams(recipe.params as JsonObject).schema }),
    ...(recipe.env === undefined ? {} : { env: toEnv(recipe.env) }),
    ...(recipe.secrets === undefined ? {} : { secrets: [...new Set(recipe.secrets)] }),
    ...(recipe.conflict === undefined ? {} : { conflict: recipe.conflict }),
    ...scheduleOf(recipe.schedule),
    steps: STEP_LIST_NAMES.flatMap((list) => (recipe[list] ?? []).map((step) => ({ list, step }))).map(
      ({ list, step }, i) => toPlanStep(step, STEP_LISTS[list], stages[i]!, subPlans),
    ),
  }
}

/** `name`, else `test_meta.test_id`, else the file's name without its folder and extension. */
function planName(recipe: Recipe, file: string): string {
  const id = recipe.test_meta?.test_id
  if (recipe.name !== undefined) return recipe.name
  if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id).slice(0, 200)
  const base = file.slice(file.lastIndexOf('/') + 1).replace(/\.ya?ml$/i, '')
  return base.slice(0, 200) || 'recipe'
}

function toPlanStep(step: RecipeStep, phase: Phase, stage: number, subPlans: SubPlans): PlanStep {
  return {
    name: step.name,
    type: step.type,
    ...(step.module === undefined || step.type === 'module' ? {} : { module: step.module }),
    ...(step.function === undefined ? {} : { function: step.function }),
    ...(step.script === undefined ? {} : { script: normalizePath(step.script) ?? step.script }),
    ...argsOf(step),
    stage,
    ...(step.depends_on === undefined ? {} : { dependsOn: [...new Set(step.depends_on)] }),
    ...(step.retry === undefined ? {} : { retry: toRetry(step.retry) }),
    ...timeoutOf(step.timeout),
    ...(step.requires_process === undefined ? {} : { requiresProcess: step.requires_process }),
    ...(step.continue_on_error === undefined ? {} : { continueOnError: step.continue_on_error }),
    ...cacheOf(step),
    ...(step.env === undefined ? {} : { env: toEnv(step.env) }),
    ...(step.reads === undefined ? {} : { reads: step.reads }),
    ...(Array.isArray(step.inputs) ? filesOf('inputs', step.inputs) : {}),
    ...filesOf('outputs', step.outputs),
    ...successOf(step.success),
    ...(phase === 'main' ? {} : { phase }),
    ...(step.when === undefined ? {} : { when: bareCel(step.when).cel }),
    ...forEachOf(step),
    ...(step.produces === undefined ? {} : { produces: readProduces(step.produces as JsonValue, []).schemas }),
    ...(step.priority === undefined ? {} : { priority: step.priority }),
    ...groupOf(step.concurrency_group),
    ...(step.type === 'http' ? { http: toHttp(step) } : {}),
    ...(step.type === 'approval' ? { approval: toApproval(step) } : {}),
    ...(step.type === 'job' ? { job: toJob(step) } : {}),
    ...recipeOf(step, subPlans),
  }
}

/** A module is called with what its step says of it. */
function argsOf({ type, args, module, inputs, parameters }: RecipeStep): Pick<PlanStep, 'args'> {
  if (type !== 'module') return args === undefined ? {} : { args: args as JsonObject | JsonValue[] }
  const given = { module, inputs, parameters } as JsonObject
  return { args: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
}

function toJob({ package: name, job, params, account, since, until, set }: RecipeStep): NonNullable<PlanStep['job']> {
  return {
    package: name ?? '',
    name: job ?? '',
    ...(params === undefined ? {} : { params: params as JsonObject }),
    ...(account === undefined ? {} : { account }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...setOf(set),
  }
}

function successOf(success: RecipeStep['success']): Pick<PlanStep, 'success'> {
  if (success?.ctx_has_keys === undefined && success?.when === undefined) return {}
  return {
    success: {
      ...(success.ctx_has_keys === undefined ? {} : { ctxHasKeys: success.ctx_has_keys }),
      ...(success.when === undefined ? {} : { when: bareCel(success.when).cel }),
    },
  }
}

/** A list that is written out becomes the CEL that gives it; its texts may be CEL in `${{ }}`. */
function forEachOf({ for_each: written, max_parallel: beside }: RecipeStep): Pick<PlanStep, 'forEach'> {
  if (written === undefined) return {}
  const inner = typeof written === 'object' && !Array.isArray(written) ? written : undefined
  const list = (inner?.items ?? written) as string | JsonValue[]
  const maxParallel = beside ?? inner?.max_parallel
  const items = typeof list === 'string' ? bareCel(list).cel : celOf(list)
  return { forEach: { items, ...(maxParallel === undefined ? {} : { maxParallel }) } }
}

function groupOf(group: RecipeStep['concurrency_group']): Pick<PlanStep, 'concurrencyGroup'> {
  if (group === undefined) return {}
  return { concurrencyGroup: typeof group === 'string' ? { name: group, limit: 1 } : group }
}

function toHttp({ method, url, headers, body, expect, set }: RecipeStep): NonNullable<PlanStep['http']> {
  return {
    method: method?.toUpperCase() ?? 'GET',
    url: url ?? '',
    ...(headers === undefined ? {} : { headers: textsOf(headers) }),
    ...(body === undefined ? {} : { body: body as JsonValue }),
    ...(expect === undefined ? {} : { expect: Array.isArray(expect) ? expect : [expect] }),
    ...setOf(set),
  }
}

function setOf(set: RecipeStep['set']): { set?: Record<string, string> } {
  if (set === undefined) return {}
  return { set: Object.fromEntries(Object.entries(set).map(([key, cel]) => [key, bareCel(cel).cel])) }
}

function toApproval({ message, approvers }: RecipeStep): NonNullable<PlanStep['approval']> {
  return {
    ...(message === undefined ? {} : { message }),
    ...(approvers === undefined ? {} : { by: [...new Set(approvers)] }),
  }
}

function recipeOf({ type, recipe, params, keys }: RecipeStep, subPlans: SubPlans): Pick<PlanStep, 'recipe'> {
  const path = type === 'recipe' && recipe !== undefined ? (normalizePath(recipe) ?? recipe) : undefined
  const plan = path === undefined ? undefined : subPlans.get(path)
  if (path === undefined || !plan) return {}
  return {
    recipe: {
      path,
      plan,
      ...(params === undefined ? {} : { params: params as JsonObject }),
      ...(keys === undefined ? {} : { keys: [...new Set(keys)] }),
    },
  }
}

function deadlineOf(deadline: number | string | undefined): { deadlineMs?: number } {
  const deadlineMs = deadline === undefined ? undefined : durationMs(deadline)
  return deadlineMs === undefined ? {} : { deadlineMs }
}

function timeoutOf(timeout: number | string | undefined): { timeoutMs?: number } {
  const timeoutMs = timeout === undefined ? undefined : durationMs(timeout)
  return timeoutMs === undefined ? {} : { timeoutMs }
}

function scheduleOf(schedule: Recipe['schedule']): Pick<Plan, 'schedule'> {
  if (schedule === undefined) return {}
  if (typeof schedule === 'string') return { schedule: { cron: schedule } }
  const { cron, timezone, catch_up: catchUp, overlap } = schedule
  return { schedule: { cron, ...(timezone !== undefined && { timezone }), ...(catchUp && { catchUp }), ...(overlap && { overlap }) } }
}

function toRetry(retry: Retry): RetryPolicy {
  const delayMs = (retry.delay_sec ?? 0) * 1000
  return {
    max: retry.max,
    delayMs,
    backoff: retry.backoff ?? 'fixed',
    factor: retry.factor ?? 2,
    maxDelayMs: retry.max_delay_sec === undefined ? Math.max(300_000, delayMs) : retry.max_delay_sec * 1000,
    jitter: retry.jitter ?? 0,
    ...(retry.on === undefined ? {} : { on: retry.on }),
  }
}

function cacheOf(step: RecipeStep): Pick<PlanStep, 'cache'> {
  if (step.cache === 'auto') return { cache: { mode: 'auto' } }
  return step.cache_key === undefined ? {} : { cache: { mode: 'key', key: step.cache_key } }
}

function toEnv(env: Env): NonNullable<PlanStep['env']> {
  if (Array.isArray(env)) return { grant: [...new Set(env)], set: {} }
  return { grant: [], set: textsOf(env) }
}

function textsOf(values: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

function filesOf<Field extends 'inputs' | 'outputs'>(
  field: Field,
  files: readonly string[] | undefined,
): Partial<Record<Field, string[]>> {
  if (files === undefined) return {}
  return { [field]: [...new Set(files.map((file) => normalizePath(file) ?? file))] } as Partial<Record<Field, string[]>>
}
