import { bareCel } from '../expressions/template.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Plan, PlanStep, RetryPolicy } from '../plan.ts'
import { durationMs } from './duration.ts'
import { celOf } from './rules/literal-cel.ts'
import { readParams, readProduces } from './schema/parameter-schema.ts'
import { normalizePath } from './paths.ts'
import { STEP_LIST_NAMES, STEP_LISTS, type Phase } from './text/step-lists.ts'
import type { Recipe, RecipeStep } from './schema/schema.ts'

type Retry = NonNullable<RecipeStep['retry']>
type Env = NonNullable<RecipeStep['env']>

/** The plans of the recipes that steps run, by path as `normalizePath` gives it. */
export type SubPlans = ReadonlyMap<string, Plan>

/**
 * The plan of a recipe that has no problems. `stages` are those of its steps, all lists one after the other. Fields are in
 * the order of canonical JSON, which is then written at once.
 */
export function toPlan(recipe: Recipe, stages: readonly number[], file: string, subPlans: SubPlans): Plan {
  const meta = recipe.test_meta as JsonObject | undefined
  const description = recipe.description ?? (typeof meta?.description === 'string' ? meta.description : undefined)
  return present<Plan>({
    concurrency: recipe.concurrency,
    conflict: recipe.conflict,
    deadlineMs: msOf(recipe.deadline),
    description,
    env: recipe.env && toEnv(recipe.env),
    lorc: 1,
    meta,
    name: planName(recipe, file),
    params: recipe.params && readParams(recipe.params as JsonObject).schema,
    schedule: scheduleOf(recipe.schedule),
    secrets: recipe.secrets && [...new Set(recipe.secrets)],
    steps: STEP_LIST_NAMES.flatMap((list) => (recipe[list] ?? []).map((step) => ({ list, step }))).map(
      ({ list, step }, i) => toPlanStep(step, STEP_LISTS[list], stages[i]!, subPlans),
    ),
    timeoutMs: msOf(recipe.timeout),
  })
}

/** Every field of a type, `undefined` where it may be left out and is. */
type Fields<T> = { [Name in keyof Required<T>]: T[Name] | (Partial<Pick<T, Name>> extends Pick<T, Name> ? undefined : never) }

/** An object of the fields that are there. */
function present<T extends object>(fields: Fields<T>): T {
  const made: Partial<T> = {}
  for (const name in fields) if (fields[name] !== undefined) made[name] = fields[name]
  return made as T
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
  const { type, script, inputs, depends_on: dependsOn } = step
  return present<PlanStep>({
    approval: type === 'approval' ? toApproval(step) : undefined,
    args: argsOf(step),
    cache: cacheOf(step),
    concurrencyGroup: groupOf(step.concurrency_group),
    continueOnError: step.continue_on_error,
    dependsOn: dependsOn && [...new Set(dependsOn)],
    env: step.env && toEnv(step.env),
    forEach: forEachOf(step),
    function: step.function,
    http: type === 'http' ? toHttp(step) : undefined,
    inputs: Array.isArray(inputs) ? filesOf(inputs) : undefined,
    job: type === 'job' ? toJob(step) : undefined,
    module: type === 'module' ? undefined : step.module,
    name: step.name,
    outputs: step.outputs && filesOf(step.outputs),
    phase: phase === 'main' ? undefined : phase,
    priority: step.priority,
    produces: step.produces === undefined ? undefined : readProduces(step.produces as JsonValue, []).schemas,
    reads: step.reads,
    recipe: recipeOf(step, subPlans),
    requiresProcess: step.requires_process,
    retry: step.retry && toRetry(step.retry),
    script: script === undefined ? undefined : (normalizePath(script) ?? script),
    stage,
    success: successOf(step.success),
    timeoutMs: msOf(step.timeout),
    type,
    when: step.when === undefined ? undefined : bareCel(step.when).cel,
  })
}

/** A module is called with what its step says of it. */
function argsOf({ type, args, module, inputs, parameters }: RecipeStep): PlanStep['args'] {
  if (type !== 'module') return args as JsonObject | JsonValue[] | undefined
  const given = { module, inputs, parameters } as JsonObject
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function toJob({ package: name, job, params, account, since, until, set }: RecipeStep): NonNullable<PlanStep['job']> {
  return present<NonNullable<PlanStep['job']>>({
    account,
    events: undefined,
    name: job ?? '',
    package: name ?? '',
    params: params as JsonObject | undefined,
    set: setOf(set),
    since,
    until,
  })
}

function successOf(success: RecipeStep['success']): PlanStep['success'] {
  const { ctx_has_keys: ctxHasKeys, when } = success ?? {}
  if (ctxHasKeys === undefined && when === undefined) return undefined
  return { ...(ctxHasKeys && { ctxHasKeys }), ...(when !== undefined && { when: bareCel(when).cel }) }
}

/** A list that is written out becomes the CEL that gives it; its texts may be CEL in `${{ }}`. */
function forEachOf({ for_each: written, max_parallel: beside }: RecipeStep): PlanStep['forEach'] {
  if (written === undefined) return undefined
  const inner = typeof written === 'object' && !Array.isArray(written) ? written : undefined
  const list = (inner?.items ?? written) as string | JsonValue[]
  const maxParallel = beside ?? inner?.max_parallel
  const items = typeof list === 'string' ? bareCel(list).cel : celOf(list)
  return { items, ...(maxParallel !== undefined && { maxParallel }) }
}

function groupOf(group: RecipeStep['concurrency_group']): PlanStep['concurrencyGroup'] {
  return typeof group === 'string' ? { name: group, limit: 1 } : group
}

function toHttp({ method, url, headers, body, expect, set }: RecipeStep): NonNullable<PlanStep['http']> {
  return present<NonNullable<PlanStep['http']>>({
    body: body as JsonValue | undefined,
    expect: expect === undefined || Array.isArray(expect) ? expect : [expect],
    headers: headers && textsOf(headers),
    method: method?.toUpperCase() ?? 'GET',
    set: setOf(set),
    url: url ?? '',
  })
}

function setOf(set: RecipeStep['set']): Record<string, string> | undefined {
  return set && Object.fromEntries(Object.entries(set).map(([key, cel]) => [key, bareCel(cel).cel]))
}

function toApproval({ message, approvers }: RecipeStep): NonNullable<PlanStep['approval']> {
  return { ...(message !== undefined && { message }), ...(approvers && { by: [...new Set(approvers)] }) }
}

function recipeOf({ type, recipe, params, keys }: RecipeStep, subPlans: SubPlans): PlanStep['recipe'] {
  const path = type === 'recipe' && recipe !== undefined ? (normalizePath(recipe) ?? recipe) : undefined
  const plan = path === undefined ? undefined : subPlans.get(path)
  if (path === undefined || !plan) return undefined
  return { path, plan, ...(params && { params: params as JsonObject }), ...(keys && { keys: [...new Set(keys)] }) }
}

function msOf(duration: number | string | undefined): number | undefined {
  return duration === undefined ? undefined : durationMs(duration)
}

function scheduleOf(schedule: Recipe['schedule']): Plan['schedule'] {
  if (schedule === undefined) return undefined
  if (typeof schedule === 'string') return { cron: schedule }
  const { cron, timezone, catch_up: catchUp, overlap } = schedule
  return { cron, ...(timezone !== undefined && { timezone }), ...(catchUp && { catchUp }), ...(overlap && { overlap }) }
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

function cacheOf(step: RecipeStep): PlanStep['cache'] {
  if (step.cache === 'auto') return { mode: 'auto' }
  return step.cache_key === undefined ? undefined : { mode: 'key', key: step.cache_key }
}

function toEnv(env: Env): NonNullable<PlanStep['env']> {
  if (Array.isArray(env)) return { grant: [...new Set(env)], set: {} }
  return { grant: [], set: textsOf(env) }
}

function textsOf(values: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

function filesOf(files: readonly string[]): string[] {
  return [...new Set(files.map((file) => normalizePath(file) ?? file))]
}
