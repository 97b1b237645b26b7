import { canonicalize } from '../journal/canonical-json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { shortParams } from '../recipe/schema/parameter-schema.ts'
import { newPlan, type PlanBuilder } from './plan-builder.ts'
import { literal, text } from './source-text.ts'
import type { Known } from './step-options.ts'
import { SUBJECT, type LooseOptions } from './to-step.ts'

/**
 * A TypeScript module whose default export is exactly this plan: made step by step where a builder makes the same plan of
 * it and its types hold, else written out as one object.
 */
export function planToSource(plan: Plan): string {
  const head = "import { definePlan } from '@lorc/runner'\n"
  const inner = new Map<Plan, string>()
  const before = plan.steps.flatMap(({ name, recipe }) => (recipe ? [constOf(recipe.plan, name, inner)] : []))
  const calls = callsOf(plan)
  const written = calls ? builderText(plan, calls, inner) : planText(plan)
  return `${[head, ...(calls ? before : []), `export default ${written}`].join('\n')}\n`
}

function constOf(plan: Plan, step: string, names: Map<Plan, string>): string {
  const base = `${step.replace(/[^A-Za-z0-9]+(.)?/g, (_, next?: string) => next?.toUpperCase() ?? '')}Plan`
  let name = base
  for (let i = 2; [...names.values()].includes(name); i++) name = `${base}${i}`
  names.set(plan, name)
  const calls = callsOf(plan)
  const inner = new Map<Plan, string>()
  // A plan within a plan within a plan is written out: it is rare, and its names could clash.
  const nested = plan.steps.some(({ recipe }) => recipe)
  return `const ${name} = ${calls && !nested ? builderText(plan, calls, inner) : planText(plan)}\n`
}

function planText(plan: Plan): string {
  return `definePlan(${literal(plan as unknown as JsonValue, 0)})`
}

interface Call {
  method: string
  name: string
  options: JsonObject
  step: PlanStep
}

type Section = { phase: NonNullable<PlanStep['phase']>; groups: Call[][] }

const METHODS = new Set(['node', 'python', 'shell', 'http', 'job', 'module', 'approval', 'recipe'])
const HANDLERS = { on_success: 'onSuccess', on_failure: 'onFailure', always: 'always' } as const
const COMMON: readonly string[] = [
  'dependsOn', 'forEach', 'when', 'produces', 'reads', 'success', 'retry', 'timeoutMs', 'requiresProcess', 'continueOnError',
  'cache', 'env', 'inputs', 'outputs', 'priority', 'concurrencyGroup',
]
const OWN: Readonly<Record<string, readonly string[]>> = {
  node: ['module', 'function', 'args'],
  python: ['module', 'function', 'args'],
  shell: ['script', 'args'],
  step: ['type', 'module', 'function', 'script', 'args'],
}

/** Steps in one chain of calls: Node and the compiler read a chain by recursion, and give up on one of several thousand. */
const CHAIN_MAX = 1000

/** The calls that make the plan; undefined: none make exactly this one, or not by the types, or too many would. */
function callsOf(plan: Plan): Section[] | undefined {
  if (plan.steps.length > CHAIN_MAX) return undefined
  const sections: Section[] = []
  for (const step of plan.steps) {
    const phase = step.phase ?? 'main'
    let section = sections.at(-1)
    if (section?.phase !== phase) sections.push((section = { phase, groups: [] }))
    const group = section.groups.at(-1)
    if (group?.[0]?.step.stage === step.stage) group.push(callOf(step))
    else section.groups.push([callOf(step)])
  }
  if (!sections.flatMap(({ groups }) => groups.flat()).every(isTyped) || !knowsItsNames(plan.steps)) return undefined
  return canonicalize(replay(plan, sections)) === canonicalize(plan) ? sections : undefined
}

function callOf(step: PlanStep): Call {
  const { name, type, stage: _, phase: __, http, job, approval, recipe, ...common } = step
  const method = METHODS.has(type) && (type !== 'module' || isCall(step)) ? type : 'step'
  const { args, ...rest } = common
  const called = method === 'module' ? (args as JsonObject) : args && { args }
  const subject = { ...http, ...(job && callOfJob(job)), ...approval, ...recipe, ...called }
  const fields = { ...(method === 'step' && { type }), ...subject, ...rest }
  const ordered = Object.entries(fields).sort(([a], [b]) => placeOf(a, method) - placeOf(b, method))
  const options = Object.fromEntries(ordered.map(([field, value]) => [field, SHORT[field]?.(value as never) ?? (value as JsonValue)]))
  if (method === 'http' && options.method === 'GET') delete options.method
  if (method === 'node' && options.function === 'default') delete options.function
  return { method, name, options, step }
}

/** Of a scenario, a step says more. */
function isCall({ args = {} }: PlanStep): boolean {
  return Object.keys(args).every((field) => SUBJECT.module!.includes(field))
}

/** `events` is not an option: such a step is written out. */
function callOfJob({ name, ...rest }: NonNullable<PlanStep['job']>): object {
  return { ...rest, job: name }
}

/** What the step is comes first. */
const FIRST: readonly string[] = ['type', 'plan', ...OWN.step!]

function placeOf(field: string, method: string): number {
  const order = [...FIRST, ...(SUBJECT[method] ?? []), ...COMMON]
  return order.indexOf(field)
}

/** What a builder's option may say in fewer words than a plan's field. */
const SHORT: Readonly<Record<string, (value: never) => JsonValue | undefined>> = {
  forEach: (value: NonNullable<PlanStep['forEach']>) => (value.maxParallel === undefined ? value.items : undefined),
  cache: (value: NonNullable<PlanStep['cache']>) => (value.mode === 'auto' ? 'auto' : { key: value.key }),
  env: shortEnvironment,
  concurrencyGroup: ({ name, limit }: NonNullable<PlanStep['concurrencyGroup']>) => (limit === 1 ? name : undefined),
  produces: (value: NonNullable<PlanStep['produces']>) =>
    Object.keys(value).length > 0 && Object.values(value).every((schema) => schema === true) ? Object.keys(value) : undefined,
  retry: ({ max, delayMs, backoff, factor, maxDelayMs, jitter, on }: NonNullable<PlanStep['retry']>) => ({
    max,
    ...(delayMs !== 0 && { delayMs }),
    ...(backoff !== 'fixed' && { backoff }),
    ...(factor !== 2 && { factor }),
    ...(maxDelayMs !== Math.max(300_000, delayMs) && { maxDelayMs }),
    ...(jitter !== 0 && { jitter }),
    ...(on && { on }),
  }),
}

function shortEnvironment({ grant, set }: NonNullable<Plan['env']>): JsonValue | undefined {
  if (Object.keys(set).length === 0) return grant
  return grant.length === 0 && !Array.isArray(set.grant) ? set : undefined
}

function isTyped({ method, options, step }: Call): boolean {
  const allowed = [...COMMON, ...(OWN[method] ?? SUBJECT[method] ?? [])]
  const own = { http: step.http, job: step.job, approval: step.approval, recipe: step.recipe }
  const foreign = Object.entries(own).some(([name, value]) => (value !== undefined) !== (name === method))
  const needed = { node: ['module'], python: ['module', 'function'], shell: ['script'] }[method] ?? []
  return !foreign && Object.keys(options).every((field) => allowed.includes(field)) && needed.every((field) => options[field] !== undefined)
}

/** Whether each step names only steps and keys that come before it: what a builder's types ask for. */
function knowsItsNames(steps: readonly PlanStep[]): boolean {
  const names = new Set<string>()
  const keys = new Set<string>()
  return steps.every((step) => {
    const own = Object.keys(step.produces ?? {})
    const known = (step.dependsOn ?? []).every((name) => names.has(`${step.phase ?? 'main'} ${name}`))
    const read = [...(step.reads ?? [])].every((key) => keys.has(key))
    const has = (step.success?.ctxHasKeys ?? []).every((key) => keys.has(key) || own.includes(key))
    const free = keys.size === 0
    names.add(`${step.phase ?? 'main'} ${step.name}`)
    for (const key of own) keys.add(key)
    return known && (read || free) && (has || free)
  })
}

function headOf(plan: Plan): JsonObject {
  const { lorc: _, name: __, steps: ___, env, params, ...head } = plan
  return { ...head, ...(params && { params: shortParams(params) }), ...(env && { env: shortEnvironment(env) ?? env }) } as JsonObject
}

/** What the calls make, done rather than written. */
function replay(plan: Plan, sections: readonly Section[]): Plan {
  type Loose = PlanBuilder<Known> & Record<string, (name: string, options: LooseOptions) => Loose>
  const add = (builder: Loose, { method, name, options, step }: Call): Loose =>
    builder[method]!(name, { ...options, ...(step.recipe && { plan: step.recipe.plan }) })
  const groups = (builder: Loose, list: readonly Call[][]): Loose =>
    list.reduce(
      (made, group) => (group.length === 1 ? add(made, group[0]!) : (made.parallel((inner) => group.reduce(add, inner as Loose)) as unknown as Loose)),
      builder,
    )
  let builder = newPlan(plan.name, headOf(plan)) as unknown as Loose
  for (const { phase, groups: list } of sections) {
    builder = phase === 'main' ? groups(builder, list) : (builder[HANDLERS[phase]] as unknown as (build: (inner: Loose) => Loose) => Loose).call(builder, (inner) => groups(inner, list))
  }
  return builder.build()
}

function builderText(plan: Plan, sections: readonly Section[], plans: ReadonlyMap<Plan, string>): string {
  const head = headOf(plan)
  const options = Object.keys(head).length === 0 ? '' : `, ${literal(head, 0, 20 + plan.name.length)}`
  const lines = [`definePlan(${text(plan.name)}${options})`]
  for (const { phase, groups } of sections) {
    if (phase === 'main') lines.push(...groupLines(groups, 2, plans))
    else lines.push(`  .${HANDLERS[phase]}((steps) =>`, '    steps', ...groupLines(groups, 6, plans), '  )')
  }
  return [...lines, '  .build()'].join('\n')
}

function groupLines(groups: readonly Call[][], indent: number, plans: ReadonlyMap<Plan, string>): string[] {
  const pad = ' '.repeat(indent)
  return groups.flatMap((group) => {
    if (group.length === 1) return callLine(group[0]!, indent, plans)
    return [`${pad}.parallel((steps) =>`, `${pad}  steps`, ...group.map((call) => callLine(call, indent + 4, plans)), `${pad})`]
  })
}

function callLine({ method, name, options, step }: Call, indent: number, plans: ReadonlyMap<Plan, string>): string {
  const begin = `${' '.repeat(indent)}.${method}(${text(name)}`
  if (!step.recipe) return Object.keys(options).length === 0 ? `${begin}${method === 'approval' ? '' : ', {}'})` : `${begin}, ${literal(options, indent, begin.length + 3)})`
  // A name, not a value: printed as a text, and its quotes taken away.
  const marked = literal({ ...options, plan: PLAN }, indent, begin.length + 3)
  return `${begin}, ${marked.replace(`'${PLAN}'`, plans.get(step.recipe.plan)!)})`
}

const PLAN = '<plan>'
