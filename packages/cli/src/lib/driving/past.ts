import { availableParallelism } from 'node:os'
import { forecast, orderFromPast, pastDurations, type Plan } from '@lorc/runner'
import type { OpenRunner } from '../engine.ts'
import type { Past } from '../render/run-estimate.ts'

/** What past runs of a plan took, for estimates. `asked`: steps at once, where the plan does not say. */
export async function readPast({ store }: Pick<OpenRunner, 'store'>, plan: Plan, asked: number | null): Promise<Past> {
  const concurrency = asked ?? plan.concurrency ?? availableParallelism()
  const learned = await orderFromPast(store, plan, concurrency)
  return { durations: await pastDurations(store, plan.name, plan.steps.length), forecast, concurrency, learned }
}
