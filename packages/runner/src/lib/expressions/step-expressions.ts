import type { JsonValue } from '../json.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { resolveTemplates, resolveText } from './expressions.ts'
import type { Scope } from './scope.ts'
import { hasTemplates, parseTemplate } from './template.ts'

/** An expression of a plan and where it stands, as a path in the step (or in the plan). */
export interface PlacedExpression {
  cel: string
  path: (string | number)[]
}

/** What `loadExpressions` needs to know of a plan. */
export function expressionUses(plan: Plan): { any: boolean; matches: boolean } {
  let any = plan.env !== undefined && hasTemplates(plan.env.set)
  let matches = any && JSON.stringify(plan.env?.set).includes('matches')
  for (const step of plan.steps) {
    if (!mayHoldExpressions(step)) continue
    any = true
    matches ||= expressionsOf(step).some(({ cel }) => cel.includes('matches'))
  }
  return { any, matches }
}

/** Whether a step has anything that is yet to be evaluated or resolved; remembered for each step. */
export function mayHoldExpressions(step: PlanStep): boolean {
  let answer = holds.get(step)
  if (answer === undefined) {
    const isPlain = HOLDERS.every((field) => step[field] === undefined)
    answer = isPlain ? hasTemplates(step.args) : bareOf(step).length > 0 || templated(step).some(([, value]) => hasTemplates(value))
    holds.set(step, answer)
  }
  return answer
}

/** The fields beside `args` that may hold expressions. Most steps have none of them. */
const HOLDERS = ['when', 'forEach', 'success', 'env', 'http', 'job', 'recipe', 'approval', 'cache', 'concurrencyGroup'] as const

const holds = new WeakMap<PlanStep, boolean>()

/** Every expression of a step: the bare ones (`when`, `for_each`, ...) and those in `${{ }}`. */
export function expressionsOf(step: PlanStep): PlacedExpression[] {
  const found = bareOf(step)
  for (const [path, value] of templated(step)) collect(value, path, found)
  return found
}

/**
 * The step as its executor is to see it: every value that may hold `${{ }}` is resolved. `when`, `for_each`,
 * `success.when` and `set` stay as they are. `whole` is what the request of a step of type `http` sees: secrets,
 * too. Values of `env` see those that need no resolving; every other field sees all of them. Throws RunnerError EXPRESSION_FAILED.
 */
export function resolveStep(step: PlanStep, outer: Scope, whole = outer): PlanStep {
  if (!mayHoldExpressions(step)) return step
  const at = (field: string) => `\`${field}\` of the step \`${step.name}\``
  const texts = (field: string, values: Readonly<Record<string, string>>, over: Scope) =>
    Object.fromEntries(
      Object.entries(values).map(([key, text]) => [key, resolveText(text, over, at(`${field}.${key}`))]),
    )
  const { args, env, http, job, recipe, approval, cache, concurrencyGroup } = step
  // What the step's own variables come to, its other fields may use.
  const set = env && hasTemplates(env.set) ? texts('env', env.set, outer) : undefined
  const scope = set ? withVariables(outer, set) : outer
  const request = set ? withVariables(whole, set) : whole
  const resolved: PlanStep = {
    ...step,
    ...(args ? { args: resolveTemplates(args, scope, at('args')) } : {}),
    ...(env && set ? { env: { ...env, set } } : {}),
    ...(http
      ? {
          http: {
            ...http,
            url: resolveText(http.url, request, at('url')),
            ...(http.headers ? { headers: texts('headers', http.headers, request) } : {}),
            ...(http.body === undefined ? {} : { body: resolveTemplates(http.body, request, at('body')) }),
          },
        }
      : {}),
    ...(job ? { job: resolvedJob(job, scope, at) } : {}),
    ...(recipe?.params ? { recipe: { ...recipe, params: resolveTemplates(recipe.params, scope, at('params')) } } : {}),
    ...(approval?.message === undefined
      ? {}
      : { approval: { ...approval, message: resolveText(approval.message, scope, at('message')) } }),
    ...(cache?.mode === 'key' ? { cache: { ...cache, key: resolveText(cache.key, scope, at('cache.key')) } } : {}),
    ...(concurrencyGroup
      ? {
          concurrencyGroup: {
            ...concurrencyGroup,
            name: resolveText(concurrencyGroup.name, scope, at('concurrency_group')),
          },
        }
      : {}),
  }
  // What its values hold now is not looked at again.
  holds.set(resolved, false)
  return resolved
}

/**
 * What is evaluated before an attempt: the scope, with those variables of the step's `env`, too, that are yet to be
 * resolved. Each is, over the scope as it was, when it is asked for; then EXPRESSION_FAILED is thrown where it has no value.
 */
export function withOwnVariables({ name: step, env }: PlanStep, scope: Scope): Scope {
  if (!env || !hasTemplates(env.set)) return scope
  const known = { ...scope.env() }
  for (const [name, text] of Object.entries(env.set)) {
    if (!hasTemplates(text)) continue
    let value: string | undefined
    const get = (): string => (value ??= resolveText(text, scope, `\`env.${name}\` of the step \`${step}\``))
    Object.defineProperty(known, name, { get, enumerable: true })
  }
  return { ...scope, env: () => known }
}

function withVariables(scope: Scope, more: Readonly<Record<string, string>>): Scope {
  const env = { ...scope.env(), ...more }
  return { ...scope, env: () => env }
}

type JobOfStep = NonNullable<PlanStep['job']>

function resolvedJob(job: JobOfStep, scope: Scope, at: (field: string) => string): JobOfStep {
  const { params, account, since, until } = job
  const text = (field: string, value: string): string => resolveText(value, scope, at(field))
  return {
    ...job,
    ...(params ? { params: resolveTemplates(params, scope, at('params')) } : {}),
    ...(account === undefined ? {} : { account: text('account', account) }),
    ...(since === undefined ? {} : { since: text('since', since) }),
    ...(until === undefined ? {} : { until: text('until', until) }),
  }
}

function bareOf({ when, forEach, success, http, job }: PlanStep): PlacedExpression[] {
  return [
    ...(when === undefined ? [] : [{ cel: when, path: ['when'] }]),
    ...(forEach ? [{ cel: forEach.items, path: ['forEach', 'items'] }] : []),
    ...(success?.when === undefined ? [] : [{ cel: success.when, path: ['success', 'when'] }]),
    ...Object.entries(http?.set ?? {}).map(([key, cel]) => ({ cel, path: ['http', 'set', key] })),
    ...Object.entries(job?.set ?? {}).map(([key, cel]) => ({ cel, path: ['job', 'set', key] })),
  ]
}

/** The fields that may hold `${{ }}`, with their paths. */
function templated(step: PlanStep): [string[], JsonValue | undefined][] {
  return [
    [['args'], step.args],
    [['env', 'set'], step.env?.set],
    [['http', 'url'], step.http?.url],
    [['http', 'headers'], step.http?.headers],
    [['http', 'body'], step.http?.body],
    [['job', 'params'], step.job?.params],
    [['job', 'account'], step.job?.account],
    [['job', 'since'], step.job?.since],
    [['job', 'until'], step.job?.until],
    [['recipe', 'params'], step.recipe?.params],
    [['approval', 'message'], step.approval?.message],
    [['cache', 'key'], step.cache?.mode === 'key' ? step.cache.key : undefined],
    [['concurrencyGroup', 'name'], step.concurrencyGroup?.name],
  ]
}

function collect(value: JsonValue | undefined, path: (string | number)[], found: PlacedExpression[]): void {
  if (typeof value === 'string') {
    if (hasTemplates(value)) for (const part of parseTemplate(value).parts) if ('cel' in part) found.push({ cel: part.cel, path })
  } else if (Array.isArray(value)) value.forEach((member, index) => collect(member, [...path, index], found))
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) collect(member, [...path, key], found)
}
