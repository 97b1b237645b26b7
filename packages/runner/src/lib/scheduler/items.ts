import type { Plan } from '../plan.ts'
import type { StepNames } from '../plan/step-names.ts'
import { Expansion } from './expansion.ts'
import type { ReadyQueue } from './ready-queue.ts'
import { FAILED, isSatisfied, isSettled, OPEN, READY } from './status.ts'
import type { StepColumns } from './step-columns.ts'

/** The `for_each` steps that are under way, with their items. A step of which an item may start is in `ready`. */
export class Items {
  readonly #plan: Plan
  readonly #names: StepNames
  readonly #steps: StepColumns
  readonly #ready: ReadyQueue
  readonly #expansions = new Map<number, Expansion>()
  /** `for_each` steps all of whose items are settled. */
  #toGather: number[] = []

  constructor(plan: Plan, names: StepNames, steps: StepColumns, ready: ReadyQueue) {
    this.#plan = plan
    this.#names = names
    this.#steps = steps
    this.#ready = ready
  }

  /** The first step all of whose items are settled. */
  get toGather(): number | undefined {
    return this.#toGather[0]
  }

  /** A step that can be gathered though nothing more may start: an item failed, or all are done. */
  get toWindUp(): number | undefined {
    for (const [step, { left, failed, cancelled }] of this.#expansions) {
      if (failed > 0 || (left === 0 && cancelled === 0)) return step
    }
    return undefined
  }

  /** Items of an open step that failed, by index. */
  failed(step: number): number[] {
    const { first, count } = this.#expansions.get(step)!
    const failed: number[] = []
    for (let item = first; item < first + count; item++) if (this.#steps.status[item] === FAILED) failed.push(item)
    return failed
  }

  /** What starts next of a step that is ready: one of its items, or itself where it has none. */
  nextOf(step: number): number {
    const expansion = this.#expansions.get(step)
    return expansion ? expansion.first + expansion.ready.first() : step
  }

  /** Gives a step its items. Where it had some before, these keep their attempts. */
  expand(step: number, count: number): void {
    const { first, moved } = this.#names.expand(step, count)
    this.#steps.grow(this.#names.size)
    const { status, attempts, forgiven, endAsked } = this.#steps
    for (let i = 0; i < count; i++) {
      status[first + i] = READY
      endAsked[first + i] = 0
      if (moved && i < moved.capacity) attempts[first + i] = attempts[moved.first + i]!
      forgiven[first + i] = attempts[first + i]!
    }
    this.open(step, first, count)
  }

  /** Lets a step's items go on. */
  open(step: number, first: number, count: number): void {
    const expansion = new Expansion(step, first, count, this.#plan.steps[step]!.forEach?.maxParallel ?? Infinity)
    this.#steps.status[step] = OPEN
    this.#expansions.set(step, expansion)
    expansion.left = 0
    for (let i = 0; i < count; i++) {
      const status = this.#steps.status[first + i]!
      if (isSettled(status)) continue
      expansion.left++
      if (status === READY) expansion.ready.add(i)
    }
    if (expansion.left === 0) this.#toGather.push(step)
    else this.#offer(expansion)
  }

  /** The step is settled: its items are over with it. Gives those that are not settled. */
  close(step: number): number[] {
    const { first, count } = this.#expansions.get(step)!
    this.#expansions.delete(step)
    this.#ready.delete(step)
    this.#toGather = this.#toGather.filter((other) => other !== step)
    const left: number[] = []
    for (let item = first; item < first + count; item++) if (!isSettled(this.#steps.status[item]!)) left.push(item)
    return left
  }

  settled(item: number, status: number): void {
    const expansion = this.#of(item)
    if (!expansion) return
    if (status === FAILED) expansion.failed++
    else if (!isSatisfied(status)) expansion.cancelled++
    if (--expansion.left === 0) this.#toGather.push(expansion.step)
  }

  enqueue(item: number): void {
    const expansion = this.#of(item)!
    expansion.ready.add(item - expansion.first)
    this.#offer(expansion)
  }

  dequeue(item: number): void {
    const expansion = this.#of(item)
    if (!expansion) return
    expansion.ready.delete(item - expansion.first)
    this.#offer(expansion)
  }

  /** An item takes (1) or gives back (-1) one of the places that its step has for items. */
  use(item: number, places: 1 | -1): void {
    const expansion = this.#of(item)
    if (!expansion) return
    expansion.underWay += places
    this.#offer(expansion)
  }

  clear(): void {
    this.#expansions.clear()
    this.#toGather.length = 0
  }

  #of(item: number): Expansion | undefined {
    return this.#expansions.get(this.#names.parentOf(item))
  }

  #offer(expansion: Expansion): void {
    if (expansion.hasNext) this.#ready.add(expansion.step)
    else this.#ready.delete(expansion.step)
  }
}
