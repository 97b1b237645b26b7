import type { JsonObject, JsonValue } from '../json.ts'
import type { Plan, PlanStep, RetryPolicy } from '../plan.ts'
import { durationMs } from './duration.ts'
import { normalizePath } from './paths.ts'
import type { Recipe, RecipeStep } from './schema.ts'

type Retry = NonNullable<RecipeStep['retry']>
type Env = NonNullable<RecipeStep['env']>

/** The plan of a recipe that has no problems. `stages` are those of its steps. */
export function toPlan(recipe: Recipe, stages: readonly number[], file: string): Plan {
  const meta = recipe.test_meta as JsonObject | undefined
  const description = recipe.description ?? (typeof meta?.description === 'string' ? meta.description : undefined)
  return {
    lorc: 1,
    name: planName(recipe, file),
    ...(description === undefined ? {} : { description }),
    ...(meta === undefined ? {} : { meta }),
    ...(recipe.concurrency === undefined ? {} : { concurrency: recipe.concurrency }),
    ...timeoutOf(recipe.timeout),
    ...(recipe.conflict === undefined ? {} : { conflict: recipe.conflict }),
    steps: recipe.steps.map((step, i) => toPlanStep(step, stages[i]!)),
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

function toPlanStep(step: RecipeStep, stage: number): PlanStep {
  return {
    name: step.name,
    type: step.type,
    ...(step.module === undefined ? {} : { module: step.module }),
    ...(step.function === undefined ? {} : { function: step.function }),
    ...(step.script === undefined ? {} : { script: normalizePath(step.script) ?? step.script }),
    ...(step.args === undefined ? {} : { args: step.args as JsonObject | JsonValue[] }),
    stage,
    ...(step.depends_on === undefined ? {} : { dependsOn: [...new Set(step.depends_on)] }),
    ...(step.retry === undefined ? {} : { retry: toRetry(step.retry) }),
    ...timeoutOf(step.timeout),
    ...(step.requires_process === undefined ? {} : { requiresProcess: step.requires_process }),
    ...(step.continue_on_error === undefined ? {} : { continueOnError: step.continue_on_error }),
    ...cacheOf(step),
    ...(step.env === undefined ? {} : { env: toEnv(step.env) }),
    ...(step.reads === undefined ? {} : { reads: step.reads }),
    ...filesOf('inputs', step.inputs),
    ...filesOf('outputs', step.outputs),
    ...(step.success?.ctx_has_keys === undefined ? {} : { success: { ctxHasKeys: step.success.ctx_has_keys } }),
  }
}

function timeoutOf(timeout: number | string | undefined): { timeoutMs?: number } {
  const timeoutMs = timeout === undefined ? undefined : durationMs(timeout)
  return timeoutMs === undefined ? {} : { timeoutMs }
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
  return { grant: [], set: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])) }
}

function filesOf<Field extends 'inputs' | 'outputs'>(
  field: Field,
  files: readonly string[] | undefined,
): Partial<Record<Field, string[]>> {
  if (files === undefined) return {}
  return { [field]: [...new Set(files.map((file) => normalizePath(file) ?? file))] } as Partial<Record<Field, string[]>>
}
