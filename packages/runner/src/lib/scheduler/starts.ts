import { GATED as NEEDS_GATE, GROUPED, type Graph } from '../plan/graph.ts'
import type { StepNames } from '../plan/step-names.ts'
import type { Command } from './command.ts'
import type { Items } from './items.ts'
import { ReadyQueue } from './ready-queue.ts'
import { ACQUIRING, GATED, GRANTED, READY, RUNNING } from './status.ts'
import type { StepColumns } from './step-columns.ts'

/** What may start, what has started, and the slots between. Each step is here as its status says: see `leave`. */
export class Starts {
  /** Steps that have a slot and run, by index, in the order in which they started. */
  readonly running = new Set<number>()
  readonly #graph: Graph
  readonly #names: StepNames
  readonly #steps: StepColumns
  readonly #items: Items
  readonly #concurrency: number
  /** Steps that may start, and `for_each` steps of which an item may. */
  readonly #ready: ReadyQueue
  #gated: ReadyQueue | undefined
  #granted: number[] = []
  /** Slots that are kept for steps whose group is asked. */
  #reserved = 0

  constructor(graph: Graph, names: StepNames, steps: StepColumns, items: Items, ready: ReadyQueue, concurrency: number) {
    this.#graph = graph
    this.#names = names
    this.#steps = steps
    this.#items = items
    this.#ready = ready
    this.#concurrency = concurrency
  }

  /** What may go on, goes on: decisions first, they take no slot. */
  next(): Command | undefined {
    const gated = this.#gated?.first() ?? -1
    if (gated >= 0) return { do: 'prepare', step: gated }
    const granted = this.#granted[0]
    if (granted !== undefined) return this.#start(granted)
    if (this.running.size + this.#reserved >= this.#concurrency) return undefined
    const first = this.#ready.first()
    if (first < 0) return undefined
    const step = this.#items.nextOf(first)
    return this.#graph.needing[first]! & GROUPED ? { do: 'acquire', step } : this.#start(step)
  }

  /** What it waits for is done. */
  ripen(step: number): void {
    if ((this.#graph.needing[step]! & NEEDS_GATE) === 0) return this.enqueue(step)
    this.#steps.status[step] = GATED
    this.#gated ??= new ReadyQueue(this.#graph.size)
    this.#gated.add(step)
  }

  enqueue(step: number): void {
    this.#steps.status[step] = READY
    if (this.#names.isItem(step)) this.#items.enqueue(step)
    else this.#ready.add(step)
  }

  run(step: number, attempt: number): void {
    this.leave(step)
    this.#steps.status[step] = RUNNING
    this.#steps.attempts[step] = attempt
    this.#steps.endAsked[step] = 0
    this.running.add(step)
    this.#use(step, 1)
  }

  /** Keeps a slot of the run while the step's group is asked for one of its own. */
  reserve(step: number): void {
    this.leave(step)
    this.#steps.status[step] = ACQUIRING
    this.#reserved++
    this.#use(step, 1)
  }

  grant(step: number): void {
    this.#steps.status[step] = GRANTED
    this.#granted.push(step)
  }

  /** Steps that wait no more leave what they wait in. */
  leave(step: number): void {
    const status = this.#steps.status[step]
    if (status === READY) {
      if (this.#names.isItem(step)) this.#items.dequeue(step)
      else this.#ready.delete(step)
    } else if (status === RUNNING) {
      this.running.delete(step)
      this.#use(step, -1)
    } else if (status === GATED) this.#gated!.delete(step)
    else if (status === ACQUIRING || status === GRANTED) {
      if (status === GRANTED) this.#granted.splice(this.#granted.indexOf(step), 1)
      this.#reserved--
      this.#use(step, -1)
    }
  }

  clear(): void {
    this.#ready.clear()
    this.#gated?.clear()
    this.#granted.length = 0
    this.running.clear()
    this.#reserved = 0
  }

  #start(step: number): Command {
    return { do: 'start', step, attempt: this.#steps.attempts[step]! + 1 }
  }

  #use(step: number, places: 1 | -1): void {
    if (this.#names.isItem(step)) this.#items.use(step, places)
  }
}
