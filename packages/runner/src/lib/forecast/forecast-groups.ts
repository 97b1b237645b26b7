import type { PlanStep } from '../plan.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'

/**
 * The name of a step's group as far as it is known before a run. Undefined: it has none, or a group of its own for each item.
 */
export function knownGroup({ concurrencyGroup: group }: PlanStep): string | undefined {
  return group === undefined || /\$\{\{.*\b(item|index)\b/s.test(group.name) ? undefined : group.name
}

/** Gives the steps of a run slots of their groups as GroupKeeper does, but at once, and as if no other run took any. */
export class ForecastGroups {
  readonly #scheduler: Scheduler
  readonly #held = new Map<string, Set<string>>()
  /** In the order in which they asked. */
  readonly #queues = new Map<string, Set<string>>()

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  ask(name: string, { concurrencyGroup: group }: PlanStep): void {
    const { name: key, limit } = group!
    let queue = this.#queues.get(key)
    if (!queue) this.#queues.set(key, (queue = new Set()))
    queue.add(name)
    this.#scheduler.apply({ type: 'slot.asked', step: name })
    let held = this.#held.get(key)
    if (!held) this.#held.set(key, (held = new Set()))
    const [first] = queue
    if (first !== name || held.size >= limit) return this.#scheduler.apply({ type: 'slot.refused', step: name })
    queue.delete(name)
    held.add(name)
    this.#scheduler.apply({ type: 'slot.granted', step: name })
    this.#wake(queue)
  }

  /** The step has ended; nothing happens when it holds nothing. */
  release(name: string, { concurrencyGroup: group }: PlanStep): void {
    if (group && this.#held.get(group.name)?.delete(name)) this.#wake(this.#queues.get(group.name)!)
  }

  /** Lets the first that waits ask again. */
  #wake(queue: ReadonlySet<string>): void {
    const [first] = queue
    if (first !== undefined) this.#scheduler.apply({ type: 'slot.due', step: first })
  }
}
