import { logFile, type RunPlaces } from '../attempts/attempt.ts'
import { graphOf } from '../plan/graph.ts'
import type { Plan } from '../plan.ts'
import { text } from '../known-options.ts'
import { checkGiven } from '../option-checks.ts'
import { checkSteps } from '../plan/run-order.ts'
import { parseItemName } from '../plan/step-names.ts'

/** Where a step of a plan, or an item of one, has the log of an attempt. Throws RUN_STEP_UNKNOWN. */
export function logPathOf(plan: Plan, places: RunPlaces, step: string, attempt: number): string {
  checkGiven('step', step, text)
  const graph = graphOf(plan)
  const own = stepOf(step)
  checkSteps(plan, graph, 'The request', [own])
  return logFile(places, graph.index.get(own)!, step, attempt)
}

/** The same of runs that are known by their names: their plans are read. */
export class LogPaths {
  readonly #planOf: (runId: string) => Promise<Plan>
  readonly #placesOf: (runId: string) => RunPlaces
  /** It is asked for one step after the other, or for many at once. */
  #last: { runId: string; plan: Promise<Plan> } | undefined

  constructor(planOf: (runId: string) => Promise<Plan>, placesOf: (runId: string) => RunPlaces) {
    this.#planOf = planOf
    this.#placesOf = placesOf
  }

  /** Rejects with RUN_STEP_UNKNOWN, and as the reading of the plan does. */
  async of(runId: string, step: string, attempt: number): Promise<string> {
    if (this.#last?.runId !== runId) this.#last = { runId, plan: this.#planOf(runId) }
    const read = this.#last
    const plan = await read.plan.catch((error: unknown) => {
      if (this.#last === read) this.#last = undefined
      throw error
    })
    return logPathOf(plan, this.#placesOf(runId), step, attempt)
  }
}

function stepOf(name: string): string {
  return parseItemName(name)?.step ?? name
}
