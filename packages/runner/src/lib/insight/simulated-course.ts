import { knownGroup } from '../forecast/forecast-groups.ts'
import type { ForecastStep } from '../forecast/forecast.ts'
import type { Plan } from '../plan.ts'
import { parseItemName } from '../plan/step-names.ts'
import { orderOf } from './plan-order.ts'

/**
 * `waitedFor`, of the one before it in the course: `step`: its end; `slot`: its slot; `group`: its place in the concurrency
 * group of both; `parallel`: its place among the items of their step (`max_parallel`); `nothing`: it starts with the run.
 */
export interface CourseStep extends ForecastStep {
  waitedFor: 'step' | 'slot' | 'group' | 'parallel' | 'nothing'
}

/** From the step that ends last, back to what each one waited for; in the order of time. `slots`: that the steps were on. */
export function courseOf(plan: Plan, steps: readonly ForecastStep[], slots: number): CourseStep[] {
  const endingAt = new Map<number, ForecastStep[]>()
  for (const entry of steps) {
    const list = endingAt.get(entry.endMs)
    if (list) list.push(entry)
    else endingAt.set(entry.endMs, [entry])
  }
  const reasons = reasonsOf(plan, slots)
  const course: CourseStep[] = []
  const seen = new Set<string>()
  let entry = steps.reduce<ForecastStep | undefined>((last, next) => (last && last.endMs >= next.endMs ? last : next), undefined)
  while (entry) {
    const { step, startMs } = entry
    seen.add(step)
    const ended: ForecastStep[] = startMs > 0 ? (endingAt.get(startMs) ?? []).filter((other) => !seen.has(other.step)) : []
    let before: ForecastStep | undefined
    let waitedFor: CourseStep['waitedFor'] = 'nothing'
    for (const [reason, holds] of reasons) {
      before = ended.find((other) => holds(step, other.step))
      if (before === undefined) continue
      waitedFor = reason
      break
    }
    course.push({ ...entry, waitedFor })
    entry = before
  }
  return course.reverse()
}

type Reason = readonly [waitedFor: CourseStep['waitedFor'], holds: (step: string, before: string) => boolean]

/** Why a step may have begun as another ended, the best explanation first. */
function reasonsOf(plan: Plan, slots: number): Reason[] {
  const order = orderOf(plan)
  const at = (step: string): number => order.index.get(parseItemName(step)?.step ?? step)!
  const groups = plan.steps.map(knownGroup)
  return [
    ['step', (step, other) => {
      const [own, before] = [at(step), at(other)]
      if (order.phase[own] !== order.phase[before]) return true
      return order.needs[own]?.includes(before) ?? plan.steps[before]!.stage < plan.steps[own]!.stage
    }],
    ['group', (step, other) => groups[at(step)] !== undefined && groups[at(step)] === groups[at(other)]],
    ['parallel', (step, other) => at(step) === at(other) && (plan.steps[at(step)]!.forEach?.maxParallel ?? Infinity) <= slots],
    ['slot', () => true],
  ]
}
