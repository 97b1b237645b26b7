import type { PlanOrder } from './plan-order.ts'
import type { StepTimeline } from './run-timeline.ts'
import { newTrack, type Track } from './step-track.ts'

/** Every step and item of a run by name. */
export class Tracks {
  /** By index in the plan. */
  readonly steps: readonly Track[]
  readonly #order: PlanOrder
  readonly #items = new Map<string, Track>()
  readonly #itemsOf = new Map<number, Track[]>()

  constructor(order: PlanOrder) {
    this.#order = order
    this.steps = order.plan.steps.map(({ name }, index) => newTrack(name, index, null))
  }

  at(name: string): Track {
    const index = this.#order.index.get(name)
    if (index !== undefined) return this.steps[index]!
    let item = this.#items.get(name)
    if (item === undefined) {
      // An item whose list is not in the journal; or a step that the plan lacks, which is not shown.
      const of = this.#order.index.get(name.replace(/\[\d+\]$/, '')) ?? this.steps.length
      this.#items.set(name, (item = newTrack(name, of, this.steps[of]?.line.name ?? null)))
      this.#itemsOf.set(of, [...(this.#itemsOf.get(of) ?? []), item])
    }
    return item
  }

  /** The `for_each` step of an item. */
  parentOf({ line }: Track): Track | undefined {
    return line.itemOf === null ? undefined : this.steps[line.index]
  }

  /** Of a `for_each` step. */
  itemsOf({ line }: Track): readonly Track[] {
    return line.itemOf === null ? (this.#itemsOf.get(line.index) ?? []) : []
  }

  expand({ line }: Track, count: number): void {
    const items: Track[] = []
    for (let i = 0; i < count; i++) {
      const name = `${line.name}[${i}]`
      const item = this.#items.get(name) ?? newTrack(name, line.index, line.name)
      this.#items.set(name, item)
      items.push(item)
    }
    this.#itemsOf.set(line.index, items)
  }

  all(): Track[] {
    return [...this.steps, ...this.#items.values()]
  }

  /** In the plan's order, items after their step. */
  lines(): StepTimeline[] {
    return this.steps.flatMap((step, index) => [step.line, ...(this.#itemsOf.get(index) ?? []).map(({ line }) => line)])
  }
}
