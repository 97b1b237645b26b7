import type { Plan, ResumeOptions, Runner, RunResult, StartOptions } from '@lorc/runner'
import { ServerError } from '../errors.ts'

/** A run that was taken in: it is durable, and will be driven to its end. */
export interface AcceptedRun {
  readonly runId: string
  /** Resolves when the run has ended, failed and cancelled runs too; rejects when it cannot be driven here any further. */
  readonly result: Promise<RunResult>
}

/** Takes runs in, and sees to it that each is driven. */
export class Intake {
  readonly #runner: Runner
  #open = true

  constructor(runner: Runner) {
    this.#runner = runner
  }

  /** Resolves once the run is durable. Throws SERVER_STOPPING, and as `Runner.start` does. */
  async accept(plan: Plan, options: StartOptions = {}): Promise<AcceptedRun> {
    this.assertOpen()
    const { runId, result } = await this.#runner.start(plan, options)
    return { runId, result }
  }

  /** Goes on with a run that nobody drives. Throws SERVER_STOPPING, and as `Runner.resume` does. */
  async resume(runId: string, options: Pick<ResumeOptions, 'repair'> = {}): Promise<AcceptedRun> {
    this.assertOpen()
    const { result } = await this.#runner.resume(runId, options)
    return { runId, result }
  }

  /** Throws SERVER_STOPPING. */
  assertOpen(): void {
    if (!this.#open) throw new ServerError('SERVER_STOPPING', 'The service is shutting down.', { fix: 'Ask again once it is back.' })
  }

  /** From now on nothing more is taken in. */
  close(): void {
    this.#open = false
  }
}
