import { forecast, pastDurations, type Plan } from '@lorc/runner'
import type { OpenRunner } from './engine.ts'
import type { Past } from './render/run-estimate.ts'

/** What past runs of a plan took, for estimates. `concurrency`: steps at once where neither the run nor the plan says. */
export async function readPast({ store }: OpenRunner, plan: Plan, concurrency: number | null): Promise<Past> {
  return { durations: await pastDurations(store, plan.name, plan.steps.length), forecast, concurrency }
}
