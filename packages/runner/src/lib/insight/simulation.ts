import { forecast, type ForecastStep } from '../forecast.ts'
import { expectedDurations, learnedOrder } from '../learned-order.ts'
import type { Plan } from '../plan.ts'
import type { Durations } from '../scheduler/start-order.ts'
import { orderOf } from './plan-order.ts'

/** How a run of a plan would go on some number of slots, with steps that take what is known of them. Times: milliseconds. */
export interface Simulation {
  slots: number
  makespanMs: number
  /** Of all steps, one after the other. */
  workMs: number
  /** No order can be faster: the longest chain, or the work over the slots. */
  boundMs: number
  /** Ready steps start longest remaining path first; else as the plan lists them, which is as fast here. */
  order: 'longest path' | 'list'
  /** In the order in which they start; steps of the phase `on_failure` are left out. */
  steps: ForecastStep[]
  /** The longest chain of steps that wait for each other: what remains with any number of slots. */
  chain: { step: string; ms: number }[]
  /** What makes it take as long as it does, in the order of time: each step begins when what it waited for has ended. */
  course: CourseStep[]
  /** Steps of one wave wait for something in the one before. */
  waves: Wave[]
  /** Steps at once, at most, were there slots for all. */
  widest: number
  /** The makespan with one slot more, and with one fewer (null: there is only one). */
  oneMoreMs: number
  oneFewerMs: number | null
  /** Steps of which nothing is known: taken to need `assumedMs`, the median of the others. */
  assumed: string[]
  assumedMs: number
}

/** `waitedFor`: `step`: the one before it in the course; `slot`: that one's slot; `nothing`: it starts with the run. */
export interface CourseStep extends ForecastStep {
  waitedFor: 'step' | 'slot' | 'nothing'
}

export interface Wave {
  steps: number
  workMs: number
  /** From the first start to the last end. */
  startMs: number
  endMs: number
}

/** Runs nothing. Undefined where no duration is known of any step. O(steps log steps + edges) for each number of slots. */
export function simulate(plan: Plan, slots: number, durations: Durations): Simulation | undefined {
  const expected = expectedDurations(plan, durations)
  if (!expected) return undefined
  const run = (concurrency: number) => {
    const learned = learnedOrder(plan, durations, concurrency)
    return { learned, ...forecast(plan, { duration: ({ name }) => expected(name), concurrency, learned }) }
  }
  const { makespanMs, steps, learned } = run(slots)
  const free = run(Infinity)
  const workMs = steps.reduce((sum, { step }) => sum + expected(step), 0)
  const assumed = steps.flatMap(({ step }) => (durations(step) === undefined ? step : []))
  return {
    slots,
    makespanMs,
    workMs,
    boundMs: Math.max(free.makespanMs, workMs / slots),
    order: learned ? 'longest path' : 'list',
    steps,
    chain: courseOf(plan, free.steps).map(({ step, startMs, endMs }) => ({ step, ms: endMs - startMs })),
    course: courseOf(plan, steps),
    waves: wavesOf(plan, free.steps, steps),
    widest: widestOf(free.steps),
    oneMoreMs: run(slots + 1).makespanMs,
    oneFewerMs: slots === 1 ? null : run(slots - 1).makespanMs,
    assumed,
    assumedMs: assumed[0] === undefined ? 0 : expected(assumed[0]),
  }
}

/** From the step that ends last, back to what each one waited for. */
function courseOf(plan: Plan, steps: readonly ForecastStep[]): CourseStep[] {
  const order = orderOf(plan)
  const endingAt = new Map<number, ForecastStep[]>()
  for (const entry of steps) {
    const list = endingAt.get(entry.endMs)
    if (list) list.push(entry)
    else endingAt.set(entry.endMs, [entry])
  }
  const waitsFor = (step: string, other: string): boolean => {
    const [at, before] = [order.index.get(step)!, order.index.get(other)!]
    if (order.phase[at] !== order.phase[before]) return true
    return order.needs[at]?.includes(before) ?? plan.steps[before]!.stage < plan.steps[at]!.stage
  }
  const course: CourseStep[] = []
  const seen = new Set<string>()
  let entry = steps.reduce<ForecastStep | undefined>((last, next) => (last && last.endMs >= next.endMs ? last : next), undefined)
  while (entry) {
    const { step, startMs } = entry
    seen.add(step)
    const ended: ForecastStep[] = startMs > 0 ? (endingAt.get(startMs) ?? []).filter((other) => !seen.has(other.step)) : []
    const awaited = ended.find((other) => waitsFor(step, other.step))
    const before: ForecastStep | undefined = awaited ?? ended[0]
    course.push({ ...entry, waitedFor: awaited ? 'step' : before ? 'slot' : 'nothing' })
    entry = before
  }
  return course.reverse()
}

/** A step's wave is one more than the highest of those that it waits for. */
function wavesOf(plan: Plan, free: readonly ForecastStep[], steps: readonly ForecastStep[]): Wave[] {
  const hops = forecast(plan, { duration: () => 1, concurrency: Infinity })
  const waveOf = new Map(hops.steps.map(({ step, startMs }) => [step, startMs]))
  const took = new Map(free.map(({ step, startMs, endMs }) => [step, endMs - startMs]))
  const waves: Wave[] = []
  for (const { step, startMs, endMs } of steps) {
    const wave = (waves[waveOf.get(step)!] ??= { steps: 0, workMs: 0, startMs, endMs })
    wave.steps++
    wave.workMs += took.get(step)!
    wave.startMs = Math.min(wave.startMs, startMs)
    wave.endMs = Math.max(wave.endMs, endMs)
  }
  return waves
}

function widestOf(steps: readonly ForecastStep[]): number {
  const changes = steps.flatMap(({ startMs, endMs }) => (endMs > startMs ? [[startMs, 1] as const, [endMs, -1] as const] : []))
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  let now = 0
  let most = 1
  for (const [, by] of changes) most = Math.max(most, (now += by))
  return most
}
