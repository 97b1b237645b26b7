import type { Graph, Phase, PhaseName } from '../plan/graph.ts'

export type Outcome = 'completed' | 'failed' | 'cancelled'

/** How far a run has come through its phases, and how it stands. */
export class Course {
  readonly #phases: readonly Phase[]
  /** Steps of each phase that are not settled. */
  readonly #left: Int32Array
  #at = 0
  #main: Outcome | undefined
  #killed = false
  #outcome: Outcome = 'completed'
  /** The step that failed the current phase, the first; -1: none. */
  failed = -1
  /** The step that failed the run. */
  #runFailed = -1
  cancelled = false
  /** The cancel counts as a failure: a time limit. */
  #limited = false
  over = false
  #passing: string | undefined

  constructor(graph: Graph) {
    this.#phases = graph.phases
    this.#left = new Int32Array(graph.phases.length)
  }

  get at(): number {
    return this.#at
  }

  get phase(): Phase {
    return this.#phases[this.#at]!
  }

  get outcome(): Outcome {
    return this.#outcome
  }

  get failedStep(): number {
    return this.#runFailed >= 0 || this.over ? this.#runFailed : this.failed
  }

  /** Nothing further is to start in this phase. */
  get stopping(): boolean {
    return this.cancelled || this.failed >= 0
  }

  cancel({ limited, killed }: { limited: boolean; killed: boolean }): void {
    if (!this.cancelled) this.#limited = limited
    this.cancelled = true
    if (killed) this.#killed = true
  }

  /** Why the current phase is none of this run's; undefined: it is. */
  get passing(): string | undefined {
    return this.#passing
  }

  #inapplicable({ name }: Phase): string | undefined {
    if (name === 'always') return this.#killed ? 'the run was killed' : undefined
    if (name === 'main' || name === APPLIES[this.#main!]) return undefined
    return this.#main === 'cancelled' ? 'the run was cancelled' : `the run ${this.#main}`
  }

  /** A step of this phase is settled. True when the run has come to another phase by that, or to its end. */
  settled(phase: number): boolean {
    return (this.#left[phase]! -= 1) === 0 && this.#advance()
  }

  /** Begins anew, where the steps that are left let it: all that is settled is satisfied. */
  reset(left: readonly number[]): void {
    this.#left.set(left)
    this.#at = 0
    this.#main = undefined
    this.#killed = false
    this.#outcome = 'completed'
    this.failed = -1
    this.#runFailed = -1
    this.cancelled = false
    this.#limited = false
    this.over = false
    this.#passing = undefined
    this.#advance()
  }

  #advance(): boolean {
    const before = this.#at
    while (!this.over && this.#left[this.#at] === 0) this.#conclude()
    return this.#at !== before || this.over
  }

  #conclude(): void {
    const outcome = this.cancelled ? (this.#limited ? 'failed' : 'cancelled') : this.failed >= 0 ? 'failed' : 'completed'
    this.#main ??= outcome
    if (this.#outcome === 'completed') {
      this.#outcome = outcome
      if (outcome === 'failed' && !this.cancelled) this.#runFailed = this.failed
    }
    if (this.#at === this.#phases.length - 1) {
      this.over = true
      return
    }
    this.#at++
    this.#passing = this.#inapplicable(this.phase)
    this.failed = -1
    this.cancelled = false
    this.#limited = false
  }
}

const APPLIES: Readonly<Record<Outcome, PhaseName | undefined>> = { completed: 'on_success', failed: 'on_failure', cancelled: undefined }
