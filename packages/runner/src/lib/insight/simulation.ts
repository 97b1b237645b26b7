import { knownGroup } from '../forecast/forecast-groups.ts'
import { forecast, type ForecastStep } from '../forecast/forecast.ts'
import { expectedDurations, learnedOrder } from '../forecast/learned-order.ts'
import type { Plan, PlanStep } from '../plan.ts'
import type { Durations } from '../scheduler/start-order.ts'
import { parseItemName } from '../plan/step-names.ts'
import { courseOf, type CourseStep } from './simulated-course.ts'

/** How a run of a plan would go on some number of slots, with steps that take what is known of them. Times: milliseconds. */
export interface Simulation {
  slots: number
  makespanMs: number
  /** Of all steps, one after the other. */
  workMs: number
  /** No order can be faster: the longest chain, the work over the slots, or that of a concurrency group over its limit. */
  boundMs: number
  /** Ready steps start longest remaining path first; else as the plan lists them, which is as fast here. */
  order: 'longest path' | 'list'
  /** In the order in which they start; steps of the phase `on_failure` are left out, and items stand for their step. */
  steps: ForecastStep[]
  /** The `for_each` steps that are taken to have `count` items of `ms` each; others count as one step. */
  items: { step: string; count: number; ms: number }[]
  /** Those that are known before a run: their work, one step after the other. */
  groups: { name: string; limit: number; workMs: number }[]
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

export interface Wave {
  steps: number
  workMs: number
  /** From the first start to the last end. */
  startMs: number
  endMs: number
}

/** What is known of the items of a `for_each` step; without a time, each takes what the step does. */
export type KnownItems = (step: string) => { readonly count: number; readonly medianMs?: number | undefined } | undefined

/**
 * Runs nothing. `items`: by default a `for_each` step counts as one step. Undefined where no duration is known of any step.
 * O(steps log steps + edges) for each number of slots.
 */
export function simulate(plan: Plan, slots: number, durations: Durations, items: KnownItems = () => undefined): Simulation | undefined {
  const expected = expectedDurations(plan, durations)
  if (!expected) return undefined
  const known = new Map(plan.steps.flatMap(({ name, forEach }) => (forEach ? [[name, items(name)] as const] : [])))
  const took = (name: string): number => known.get(name)?.medianMs ?? expected(name)
  const given = { duration: (step: PlanStep) => took(step.name), items: ({ name }: PlanStep) => known.get(name)?.count }
  const run = (concurrency: number) => {
    const learned = learnedOrder(plan, durations, concurrency)
    return { learned, ...forecast(plan, { ...given, concurrency, groups: true, learned }) }
  }
  const { makespanMs, steps, learned } = run(slots)
  const free = forecast(plan, { ...given, concurrency: Infinity })
  const workMs = steps.reduce((sum, { step }) => sum + took(ownOf(step)), 0)
  const groups = groupsOf(plan, steps, took)
  const assumed = [...new Set(steps.map(({ step }) => ownOf(step)))].filter((step) => durations(step) === undefined)
  return {
    slots,
    makespanMs,
    workMs,
    boundMs: Math.max(free.makespanMs, workMs / slots, ...groups.map((group) => group.workMs / group.limit)),
    order: learned ? 'longest path' : 'list',
    steps,
    items: [...known].flatMap(([step, past]) => (past ? [{ step, count: past.count, ms: took(step) }] : [])),
    groups,
    chain: courseOf(plan, free.steps, Infinity).map(({ step, startMs, endMs }) => ({ step, ms: endMs - startMs })),
    course: courseOf(plan, steps, slots),
    waves: wavesOf(plan, free.steps, steps),
    widest: widestOf(free.steps),
    oneMoreMs: run(slots + 1).makespanMs,
    oneFewerMs: slots === 1 ? null : run(slots - 1).makespanMs,
    assumed,
    assumedMs: assumed[0] === undefined ? 0 : expected(assumed[0]),
  }
}

/** The plan's step that a step is, or is an item of. */
function ownOf(step: string): string {
  return parseItemName(step)?.step ?? step
}

function groupsOf(plan: Plan, steps: readonly ForecastStep[], took: (step: string) => number): Simulation['groups'] {
  const of = new Map(plan.steps.map((step) => [step.name, step]))
  const groups = new Map<string, Simulation['groups'][number]>()
  for (const { step } of steps) {
    const own = of.get(ownOf(step))!
    const name = knownGroup(own)
    if (name === undefined) continue
    let group = groups.get(name)
    if (!group) groups.set(name, (group = { name, limit: own.concurrencyGroup!.limit, workMs: 0 }))
    group.limit = Math.max(group.limit, own.concurrencyGroup!.limit)
    group.workMs += took(own.name)
  }
  return [...groups.values()]
}

/** A step's wave is one more than the highest of those that it waits for. */
function wavesOf(plan: Plan, free: readonly ForecastStep[], steps: readonly ForecastStep[]): Wave[] {
  const hops = forecast(plan, { duration: () => 1, concurrency: Infinity })
  const waveOf = new Map(hops.steps.map(({ step, startMs }) => [step, startMs]))
  const took = new Map(free.map(({ step, startMs, endMs }) => [step, endMs - startMs]))
  const waves: Wave[] = []
  for (const { step, startMs, endMs } of steps) {
    const wave = (waves[waveOf.get(ownOf(step))!] ??= { steps: 0, workMs: 0, startMs, endMs })
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
