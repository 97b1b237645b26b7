import type { Context } from '@lorc/context'
import type { RunPlaces } from '../attempts/attempt.ts'
import type { Item, ItemData } from '../attempts/item-data.ts'
import type { Journal } from '../journal/journal.ts'
import type { Plan, PlanStep } from '../plan.ts'
import type { RunFold } from '../run-state/run-fold.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { StepCache } from '../cache/step-cache.ts'
import type { Subscribers } from './subscribers.ts'

/** One run's own parts, folded up to where the driver takes over. */
export interface RunParts {
  readonly plan: Plan
  readonly places: RunPlaces
  readonly journal: Journal
  readonly fold: RunFold
  readonly scheduler: Scheduler
  readonly context: Context
  readonly cache: StepCache
  readonly subscribers: Subscribers
  readonly changedCode: readonly string[]
  readonly changedRecipe: string | null
  /** Undefined: the plan has no `for_each` step. */
  readonly items: ItemData | undefined
  readonly secrets: Secrets | undefined
  environment(step: PlanStep): Readonly<Record<string, string>>
}

/** The item that a step is, which is one, by its place among the run's steps. */
export function itemAt({ plan, scheduler: { names }, items }: RunParts, at: number): Item {
  return items!.of(plan.steps[names.parentOf(at)]!.name, names.ordinal(at))
}
