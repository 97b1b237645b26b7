import type { Context } from '@lorc/context'
import type { Scope, StepFacts } from '../expressions/scope.ts'
import { mayHoldExpressions } from '../expressions/step-expressions.ts'
import { hasTemplates } from '../expressions/template.ts'
import type { Item } from '../attempts/item-data.ts'
import type { JsonValue } from '../json.ts'
import type { Plan, PlanStep } from '../plan.ts'
import type { RunFold } from '../run-state/run-fold.ts'

/** What a run's expressions are evaluated over. */
export interface ScopeSources {
  readonly plan: Plan
  readonly fold: RunFold
  readonly context: Context
  environment(step: PlanStep): Readonly<Record<string, string>>
}

/** Which attempt of which step it is for; `read` reads the context, by default as it is now. */
export interface ScopeOptions {
  attempt: number
  item?: Item | undefined
  read?: (key: string) => JsonValue | undefined
  /** With the secrets that the step names. Default false. */
  secrets?: boolean
}

/** `step` is as its executor sees it: its `env` is complete. */
export function scopeOf(run: ScopeSources, step: PlanStep, { attempt, item, read, secrets = false }: ScopeOptions): Scope {
  const { fold, context } = run
  return {
    params: fold.params,
    ctx: read ?? ((key) => context.get(key)),
    steps: (name) => factsOf(fold, name),
    run: { id: fold.runId, name: fold.name, attempt, seed: fold.provenance.seed, time: new Date(fold.provenance.time).toISOString(), failure: fold.failure },
    env: () => grantedOf(run, step, secrets),
    ...(item && { item: item.value, index: item.index }),
  }
}

function factsOf(fold: RunFold, name: string): StepFacts | undefined {
  if (!fold.has(name)) return undefined
  const { status, outputs, attempts, error, meta } = fold.step(name)
  return { status, outputs, attempts, error, result: meta?.result ?? null }
}

/** The variables that the step's `env` grants or sets, but for secrets (unless they are asked for) and for what is yet to be resolved. */
function grantedOf({ plan, environment }: ScopeSources, step: PlanStep, secrets: boolean): Record<string, string> {
  if (!step.env) return {}
  const all = environment(step)
  const { grant, set } = step.env
  // Of a step that is resolved, what looks like a template is somebody's data.
  const isOpen = mayHoldExpressions(step) ? hasTemplates : () => false
  const names = [...grant, ...Object.keys(set).filter((name) => !isOpen(set[name]))]
  const granted: Record<string, string> = {}
  for (const name of names) if (all[name] !== undefined && (secrets || !plan.secrets?.includes(name))) granted[name] = all[name]
  return granted
}
