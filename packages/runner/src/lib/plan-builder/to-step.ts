import type { Plan, PlanStep } from '../plan.ts'
import { celOfRef, REFS, templated } from './ref.ts'
import { producedSchemas } from './shape.ts'

/** A step's options as they come from a builder, whose types have checked them. */
export type LooseOptions = Readonly<Record<string, unknown>>

/** The step of a plan that a builder's options say. */
export function toStep(name: string, type: string, options: LooseOptions): Omit<PlanStep, 'stage' | 'phase'> {
  const step: Record<string, unknown> = { name, type }
  for (const [field, given] of Object.entries(options)) {
    if (given === undefined || SUBJECT[type]?.includes(field)) continue
    step[field] = FIELDS[field]?.(given) ?? given
  }
  if (type === 'http') step.http = { method: 'GET', ...subject(type, options, ['set']) }
  if (type === 'job') step.job = jobOf(subject(type, options, ['set']))
  if (type === 'module' && options.args === undefined) step.args = subject(type, options)
  if (type === 'approval') step.approval = subject(type, options)
  if (type === 'recipe') step.recipe = { ...subject(type, options), plan: options.plan as Plan }
  return step as Omit<PlanStep, 'stage' | 'phase'>
}

/** Options that make up the part of a step which is its type's own. */
export const SUBJECT: Readonly<Record<string, readonly string[]>> = {
  http: ['method', 'url', 'headers', 'body', 'expect', 'set'],
  job: ['package', 'job', 'params', 'account', 'since', 'until', 'set'],
  module: ['module', 'inputs', 'parameters'],
  approval: ['message', 'by'],
  recipe: ['plan', 'path', 'params', 'keys'],
}

function jobOf({ job, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return { ...rest, name: job }
}

function subject(type: string, options: LooseOptions, plain: readonly string[] = []): Record<string, unknown> {
  const own = SUBJECT[type]!.filter((field) => field !== 'plan' && options[field] !== undefined)
  return Object.fromEntries(own.map((field) => [field, plain.includes(field) ? options[field] : templated(resolved(options[field]))]))
}

/** Fields that are written otherwise than a plan has them. */
const FIELDS: Readonly<Record<string, (given: unknown) => unknown>> = {
  args: (given) => templated(resolved(given)),
  when: (given) => celOfRef(resolved(given)),
  forEach: (given) =>
    typeof given === 'object' && given !== null ? { ...given, items: celOfRef(resolved((given as { items: unknown }).items)) } : { items: celOfRef(resolved(given)) },
  success: (given) => {
    const { when, ...rest } = given as { when?: unknown }
    return { ...rest, ...(when === undefined ? {} : { when: celOfRef(resolved(when)) }) }
  },
  produces: (given) => producedSchemas(given as string[]),
  retry: (given) => ({ delayMs: 0, backoff: 'fixed', factor: 2, maxDelayMs: Math.max(300_000, (given as { delayMs?: number }).delayMs ?? 0), jitter: 0, ...(given as object) }),
  cache: (given) => (given === 'auto' ? { mode: 'auto' } : { mode: 'key', key: templated(resolved((given as { key: unknown }).key)) }),
  env: toEnvironment,
  concurrencyGroup: (given) => (typeof given === 'string' ? { name: given, limit: 1 } : given),
}

/** Names are granted, values set; `{ grant, set }` is taken as it is. */
export function toEnvironment(given: unknown): NonNullable<Plan['env']> {
  if (Array.isArray(given)) return { grant: [...(given as string[])], set: {} }
  const made = resolved(given) as Record<string, unknown>
  if (Array.isArray(made.grant)) return made as NonNullable<Plan['env']>
  return { grant: [], set: templated(made) as Record<string, string> }
}

function resolved(given: unknown): unknown {
  return typeof given === 'function' ? (given as (refs: typeof REFS) => unknown)(REFS) : given
}
