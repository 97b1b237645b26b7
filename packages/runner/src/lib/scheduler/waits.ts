import type { Adjacency, Graph } from '../plan/graph.ts'
import type { Course } from './course.ts'
import { ASKED, DOOMED, isSettled, WAITING } from './status.ts'
import type { StepColumns } from './step-columns.ts'

/**
 * What each step still waits for: the steps that it names, or its stage's barrier, and its phase. A step that waits for
 * nothing more is handed to `free`. Cost per step that is settled: its dependents.
 */
export class Waits {
  readonly #graph: Graph
  readonly #course: Course
  readonly #steps: StepColumns
  readonly #free: (step: number) => void
  readonly #waits: Int32Array
  /** Steps of each stage that are not satisfied. */
  readonly #left: Int32Array
  #openStage = 0
  /** Barriers above this stage are blocked already. */
  #lowestBlocked = Number.MAX_SAFE_INTEGER

  constructor(graph: Graph, course: Course, steps: StepColumns, free: (step: number) => void) {
    const { size, stages } = graph
    this.#graph = graph
    this.#course = course
    this.#steps = steps
    this.#free = free
    this.#waits = new Int32Array(size)
    this.#left = new Int32Array(stages)
  }

  /** Opens what waited for this step, which is satisfied. */
  release(step: number): void {
    this.#countDown(this.#graph.dependents, step)
    this.#left[this.#graph.stage[step]!]!--
    this.#openStages()
  }

  /** What waited for this step, which is not satisfied and never will be: DOOMED from now on. */
  doom(step: number): number[] {
    const steps: number[] = []
    const { stage, dependents, barrier } = this.#graph
    const reach = (dependent: number): void => {
      if (this.#steps.status[dependent] !== WAITING) return
      this.#steps.status[dependent] = DOOMED
      steps.push(dependent)
    }
    for (const dependent of targetsOf(dependents, step)) reach(dependent)
    if (this.#lowestBlocked > stage[step]!) {
      const from = stage[step]! + 1
      const to = Math.min(this.#lowestBlocked, this.#course.phase.to - 1)
      for (let at = from; at <= to; at++) for (const s of targetsOf(barrier, at)) reach(s)
      this.#lowestBlocked = stage[step]!
    }
    return steps
  }

  /** What the phase before has ended lets begin. */
  enterPhase(): void {
    const { at, phase, over } = this.#course
    if (over) return
    this.#lowestBlocked = Number.MAX_SAFE_INTEGER
    this.#openStage = phase.from
    this.#countDown(this.#graph.barrier, phase.from)
    for (let i = 0; i < this.#graph.size; i++) if (this.#graph.phase[i] === at) this.#countDownStep(i)
    this.#openStages()
  }

  /** Begins anew from the steps' statuses; nothing has failed and nothing is running. What is free goes to `resume`. */
  recount(resume: (step: number) => void): void {
    const { size, stage, phase, phases, atBarrier, needs, dependents } = this.#graph
    const { status } = this.#steps
    this.#lowestBlocked = Number.MAX_SAFE_INTEGER
    this.#left.fill(0)
    const leftOf = phases.map(() => 0)
    for (let i = 0; i < size; i++) this.#waits[i] = (atBarrier[i] ? 1 : needs[i]!) + (phase[i]! > 0 ? 1 : 0)
    for (let i = 0; i < size; i++) {
      if (!isSettled(status[i]!)) {
        if (status[i] !== ASKED) status[i] = WAITING
        this.#left[stage[i]!]!++
        leftOf[phase[i]!]!++
      } else for (const dependent of targetsOf(dependents, i)) this.#waits[dependent]!--
    }
    this.#course.reset(leftOf)
    const { at, phase: current } = this.#course
    this.#openStage = current.from
    while (this.#openStage < current.to - 1 && this.#left[this.#openStage] === 0) this.#openStage++
    for (let i = 0; i < size; i++) {
      if (atBarrier[i] && stage[i]! <= this.#openStage) this.#waits[i]!--
      if (phase[i]! > 0 && phase[i]! <= at) this.#waits[i]!--
      if (this.#waits[i] === 0 && status[i] === WAITING) resume(i)
    }
  }

  #openStages(): void {
    const end = this.#course.phase.to - 1
    while (this.#openStage < end && this.#left[this.#openStage] === 0) {
      this.#openStage++
      this.#countDown(this.#graph.barrier, this.#openStage)
    }
  }

  #countDown({ offsets, targets }: Adjacency, from: number): void {
    const end = offsets[from + 1]!
    for (let i = offsets[from]!; i < end; i++) this.#countDownStep(targets[i]!)
  }

  #countDownStep(step: number): void {
    const left = --this.#waits[step]!
    if (left === 0 && this.#steps.status[step] === WAITING) this.#free(step)
  }
}

function targetsOf(adjacency: Adjacency, i: number): Int32Array {
  return adjacency.targets.subarray(adjacency.offsets[i], adjacency.offsets[i + 1])
}
