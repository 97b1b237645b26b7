import type { Context } from '@lorc/context'
import type { RunResult, StepState } from '../api.ts'
import type { RecordedError } from '../events.ts'
import type { RunFold } from '../run-state/run-fold.ts'

/**
 * The result of a run that has ended. Its one getter is shared: a getter in an object literal costs each object a
 * hidden class, which keeps alive all that the getter sees until the next full garbage collection.
 */
export class EndedRun implements RunResult {
  readonly runId: string
  readonly status: RunResult['status']
  readonly context: Context
  readonly failedStep: string | null
  readonly error: RecordedError | null
  /** Made when first asked for: a run may have 100,000 steps, and most callers look at none. */
  declare readonly steps: StepState[]
  readonly #fold: RunFold
  #made: StepState[] | undefined

  constructor(fold: RunFold, context: Context) {
    this.runId = fold.runId
    this.status = fold.status as RunResult['status']
    this.context = context
    this.failedStep = fold.failedStep
    this.error = fold.error
    this.#fold = fold
    Object.defineProperty(this, 'steps', EndedRun.#steps)
  }

  static readonly #steps: ThisType<EndedRun> & PropertyDescriptor = {
    enumerable: true,
    configurable: true,
    get() {
      return (this.#made ??= this.#fold.steps())
    },
  }
}
