import type { EventData } from '../events.ts'
import { request } from '../known-options.ts'
import { checkGiven } from '../option-checks.ts'
import type { DriverPort } from './driver-port.ts'
import { InnerDrivers, type InnerDriver } from './inner-drivers.ts'
import type { RunParts } from './run-parts.ts'
import type { StepAttempts } from './step-attempts.ts'
import type { TimeLimit } from './time-limits.ts'

interface Asked {
  by: string
  reason: string
}

/** Cancels, pauses and unpauses one run: for whoever asks for it, and for its time limits. Throws RUN_OPTION_INVALID. */
export class RunRequests {
  readonly #run: Pick<RunParts, 'fold' | 'scheduler'>
  readonly #driver: DriverPort
  readonly #attempts: Pick<StepAttempts, 'withoutGrace'>
  /** Most runs have none. */
  #inner: InnerDrivers | undefined

  constructor(run: Pick<RunParts, 'fold' | 'scheduler'>, driver: DriverPort, attempts: Pick<StepAttempts, 'withoutGrace'>) {
    this.#run = run
    this.#driver = driver
    this.#attempts = attempts
  }

  cancel(asked: Asked & { kill?: boolean }): void {
    checkGiven('cancel', asked, request)
    const { by, reason, kill } = asked
    if (kill) this.#attempts.withoutGrace()
    if (!this.#mayCancel(kill)) return
    this.#driver.record({ type: 'run.cancel_requested', by, reason, ...(kill && { kill }) })
    this.endPause()
    this.#driver.pump()
  }

  /** Time limits are the main part's: what comes after it is to clean up. */
  cancelFor({ code, reason }: TimeLimit): void {
    if (!this.#mayCancel() || !this.#run.scheduler.inMain) return
    this.#driver.record({ type: 'run.cancel_requested', by: '_runner', reason, code })
    this.#driver.pump()
  }

  /** Who cancels a paused run is done with it: its handlers begin, or it would never end. */
  endPause(): void {
    const { cancel, paused } = this.#run.fold
    if (paused && cancel && !cancel.code) this.#driver.record({ type: 'run.unpaused', by: cancel.by, reason: cancel.reason })
  }

  pause(asked: Asked): void {
    checkGiven('pause', asked, request)
    const { by, reason } = asked
    if (!this.#driver.isGoingOn() || this.#run.fold.paused) return
    this.#driver.record({ type: 'run.paused', by, reason })
    this.#inner?.pause({ by, reason })
  }

  unpause(asked: Asked): void {
    checkGiven('unpause', asked, request)
    const { by, reason } = asked
    const { paused } = this.#run.fold
    if (!this.#driver.isGoingOn() || !paused) return
    // Before this one: were the process to end in between, unpausing this one again reaches them.
    this.#inner?.unpause({ by, reason }, paused)
    this.#driver.record({ type: 'run.unpaused', by, reason })
    this.#driver.pump()
  }

  /** Pauses and unpauses the run of a step with this one from now on. Returns what that run has to begin with. */
  adopt(inner: InnerDriver): EventData[] {
    return (this.#inner ??= new InnerDrivers()).adopt(inner, this.#run.fold.paused)
  }

  /** Once; and once more to kill what a cancel lets end. */
  #mayCancel(kill = false): boolean {
    const { cancel } = this.#run.fold
    return this.#driver.isGoingOn() && (!cancel || (kill && !cancel.kill))
  }
}
