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
  return present<Plan>({
    lorc: 1,
    name: planName(recipe, file),
    description,
    meta,
    concurrency: recipe.concurrency,
    timeoutMs: msOf(recipe.timeout),
    deadlineMs: msOf(recipe.deadline),
    params: recipe.params && readParams(recipe.params as JsonObject).schema,
    env: recipe.env && toEnv(recipe.env),
    secrets: recipe.secrets && [...new Set(recipe.secrets)],
    conflict: recipe.conflict,
    schedule: scheduleOf(recipe.schedule),
    steps: STEP_LIST_NAMES.flatMap((list) => (recipe[list] ?? []).map((step) => ({ list, step }))).map(
      ({ list, step }, i) => toPlanStep(step, STEP_LISTS[list], stages[i]!, subPlans),
    ),
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
    name: step.name,
    type,
    module: type === 'module' ? undefined : step.module,
    function: step.function,
    script: script === undefined ? undefined : (normalizePath(script) ?? script),
    args: argsOf(step),
    stage,
    dependsOn: dependsOn && [...new Set(dependsOn)],
    retry: step.retry && toRetry(step.retry),
    timeoutMs: msOf(step.timeout),
    requiresProcess: step.requires_process,
    continueOnError: step.continue_on_error,
    cache: cacheOf(step),
    env: step.env && toEnv(step.env),
    reads: step.reads,
    inputs: Array.isArray(inputs) ? filesOf(inputs) : undefined,
    outputs: step.outputs && filesOf(step.outputs),
    success: successOf(step.success),
    phase: phase === 'main' ? undefined : phase,
    when: step.when === undefined ? undefined : bareCel(step.when).cel,
    forEach: forEachOf(step),
    produces: step.produces === undefined ? undefined : readProduces(step.produces as JsonValue, []).schemas,
    priority: step.priority,
    concurrencyGroup: groupOf(step.concurrency_group),
    http: type === 'http' ? toHttp(step) : undefined,
    approval: type === 'approval' ? toApproval(step) : undefined,
    job: type === 'job' ? toJob(step) : undefined,
    recipe: recipeOf(step, subPlans),
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
    package: name ?? '',
    name: job ?? '',
    params: params as JsonObject | undefined,
    account,
    since,
    until,
    set: setOf(set),
    events: undefined,
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
    method: method?.toUpperCase() ?? 'GET',
    url: url ?? '',
    headers: headers && textsOf(headers),
    body: body as JsonValue | undefined,
    expect: expect === undefined || Array.isArray(expect) ? expect : [expect],
    set: setOf(set),
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
