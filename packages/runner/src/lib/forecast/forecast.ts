import { RunnerError } from '../errors.ts'
import type { EventData } from '../events.ts'
import { ForecastGroups, knownGroup } from './forecast-groups.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { Scheduler, type Command } from '../scheduler/scheduler.ts'
import type { Durations } from '../scheduler/start-order.ts'

/** What a forecast is made of. */
export interface ForecastOptions {
  /** Milliseconds that a step will take; of a `for_each` step whose `items` are given, an item of it. */
  duration(step: PlanStep): number
  /** How many items a `for_each` step will have; undefined: it counts as one step. Default: all of them do. */
  items?: ((step: PlanStep) => number | undefined) | undefined
  /** Whether steps wait for the slots of their concurrency groups. Default false. */
  groups?: boolean
  /** Steps at once. */
  concurrency: number
  /** What the order of ready steps is taken from (see `learnedOrder`); without it, they start as the plan lists them. */
  learned?: Durations | undefined
  /** Steps of which nothing more will come. */
  settled?: Iterable<string>
  /** Steps that run now, and for how long (milliseconds). */
  running?: Iterable<readonly [step: string, forMs: number]>
}

/** When everything will happen, in milliseconds from now, if every step takes as long as it is said to. */
export interface Forecast {
  /** Until the last step ends. */
  makespanMs: number
  /** In the order in which they start; of a running step `startMs` is negative. Settled steps are left out. */
  steps: ForecastStep[]
}

/** When a step will run: milliseconds from now. */
export interface ForecastStep {
  /** Of an item, `name[index]`; its `for_each` step is left out. */
  step: string
  startMs: number
  endMs: number
}

/**
 * Lets the scheduler itself run through the plan without running anything. Every step is taken to run (`when` to hold,
 * the run to complete: steps of the phase `on_failure` are left out) and to complete at once; a recipe and an approval each
 * count as one step.
 */
export function forecast(plan: Plan, options: ForecastOptions): Forecast {
  const { order, sources } = orderOf(plan, options)
  const scheduler = new Scheduler(order, { concurrency: options.concurrency, ...(options.learned && { durations: options.learned }) })
  const settled = new Set(options.settled)
  for (const { name } of sources) if (settled.has(name)) scheduler.apply(completed(name))
  const { names } = scheduler
  const groups = options.groups ? new ForecastGroups(scheduler) : undefined
  const ends = new EndQueue()
  const steps: ForecastStep[] = []
  const start = (at: number, attempt: number, startMs: number, now: number): void => {
    const name = names.nameOf(at)
    const step = sources[names.parentOf(at)]!
    scheduler.apply({ type: 'step.started', step: name, attempt })
    const entry = { step: name, startMs, endMs: Math.max(now, startMs + options.duration(step)) }
    steps.push(entry)
    ends.add(entry)
  }
  const running = new Map(options.running)
  if (running.size > 0) {
    for (const [at, step] of sources.entries()) {
      const forMs = running.get(step.name)
      if (forMs !== undefined && !settled.has(step.name)) start(at, 1, -forMs, 0)
    }
  }
  for (let now = 0; ;) {
    for (let command = scheduler.next(); command && command.do !== 'finish'; command = scheduler.next()) obey(command, now)
    const next = ends.take()
    if (next === undefined) return { makespanMs: now, steps }
    now = next.endMs
    scheduler.apply(completed(next.step))
    groups?.release(next.step, sources[names.parentOf(names.find(next.step)!)]!)
  }

  function obey(command: Command, now: number): void {
    switch (command.do) {
      case 'start':
        return start(command.step, command.attempt, now, now)
      case 'prepare': {
        const step = sources[command.step]!
        return scheduler.apply({ type: 'step.expanded', step: step.name, items: Array.from({ length: options.items!(step)! }, () => null) })
      }
      case 'acquire':
        return groups!.ask(names.nameOf(command.step), sources[names.parentOf(command.step)]!)
      case 'gather':
        return scheduler.apply(completed(names.nameOf(command.step), command.attempt))
      default:
        throw new RunnerError('RUN_INTERNAL', `A forecast has nothing to ${command.do}.`)
    }
  }
}

interface Order {
  /** The plan with nothing but what decides when a step may start. */
  order: Plan
  /** The steps that it was made of, by their index in it. */
  sources: readonly PlanStep[]
}

const orders = new WeakMap<Plan, Order>()

function orderOf(plan: Plan, options: Pick<ForecastOptions, 'items' | 'groups'>): Order {
  if (options.items || options.groups) return buildOrder(plan, options)
  let order = orders.get(plan)
  if (order === undefined) orders.set(plan, (order = buildOrder(plan)))
  return order
}

function buildOrder(plan: Plan, { items, groups = false }: Pick<ForecastOptions, 'items' | 'groups'> = {}): Order {
  const sources = plan.steps.filter(({ phase }) => phase !== 'on_failure')
  const names = new Set(sources.map(({ name }) => name))
  const stages = [...new Set(sources.map(({ stage }) => stage))].sort((a, b) => a - b)
  const denseStage = new Map(stages.map((stage, index) => [stage, index]))
  const steps = sources.map((step) => {
    const { name, stage, dependsOn, phase, priority, forEach, concurrencyGroup } = step
    return {
      name,
      // Whatever it does, it takes its time and a slot.
      type: 'node',
      stage: denseStage.get(stage) as number,
      ...(dependsOn !== undefined && { dependsOn: dependsOn.filter((other) => names.has(other)) }),
      ...(phase !== undefined && { phase }),
      ...(priority !== undefined && { priority }),
      ...(forEach && items?.(step) !== undefined && { forEach }),
      ...(concurrencyGroup && groups && knownGroup(step) !== undefined && { concurrencyGroup }),
    }
  })
  return { order: { lorc: 1 as const, name: plan.name, steps }, sources }
}

function completed(step: string, attempt = 1): EventData {
  return { type: 'step.completed', step, attempt, writes: {}, outputs: [], artifacts: [], metrics: null }
}

/** A binary heap of the steps that run, the one that ends first on top; of two, the one that began first. */
class EndQueue {
  readonly #heap: { entry: ForecastStep; order: number }[] = []
  #count = 0

  add(entry: ForecastStep): void {
    const heap = this.#heap
    const node = { entry, order: this.#count++ }
    let at = heap.length
    heap.push(node)
    for (let up = (at - 1) >> 1; at > 0 && before(node, heap[up] as typeof node); up = (at - 1) >> 1) {
      heap[at] = heap[up] as typeof node
      at = up
    }
    heap[at] = node
  }

  take(): ForecastStep | undefined {
    const heap = this.#heap
    const [top] = heap
    const last = heap.pop()
    if (top === undefined || last === undefined || heap.length === 0) return top?.entry
    let at = 0
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = heap[child + 1]
      if (right !== undefined && before(right, heap[child] as typeof right)) child++
      if (!before(heap[child] as typeof last, last)) break
      heap[at] = heap[child] as typeof last
      at = child
    }
    heap[at] = last
    return top.entry
  }
}

function before(a: { entry: ForecastStep; order: number }, b: { entry: ForecastStep; order: number }): boolean {
  return a.entry.endMs === b.entry.endMs ? a.order < b.order : a.entry.endMs < b.entry.endMs
}
