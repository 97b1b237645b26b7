import { RunnerError, type Plan, type ResumeOptions, type RunHandle, type Runner, type StartOptions } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import type { AcceptedRun } from './accepted-run.ts'
import { DriverPool } from './driver-pool.ts'
import { EndedRuns } from './ended-runs.ts'
import type { IntakePorts } from './intake-ports.ts'
import { LeftRuns } from './left-runs.ts'
import { Pressure } from './pressure.ts'
import { isPassing, serviceStopping } from './stop.ts'

export interface IntakeLimits {
  /** Runs that are driven at once. */
  readonly driven: number
  /** Runs that were taken in and wait to be driven. */
  readonly waiting: number
}

function codeOf(error: unknown): string {
  return error instanceof RunnerError ? error.code : 'unknown'
}

export type AcceptOptions = Omit<StartOptions, 'signal' | 'accepted'>

/** Runs that nobody waits for, in one turn of the event loop: where more come, taking them in comes first, for so many milliseconds. */
const CALM = 8
const BUSY_MS = 50

/**
 * The one way in. What is asked for becomes durable at once, together with whatever else comes in the same turn of the event
 * loop, and is driven as soon as one of a bounded number of places is free. Where much comes in whose end nobody waits for,
 * taking it in comes first. What waits is on record, not in memory, and is found again by the next start.
 */
export class Intake {
  readonly #ports: IntakePorts
  readonly #limits: IntakeLimits
  readonly #pool: DriverPool
  readonly #ended: EndedRuns
  readonly #left: LeftRuns
  readonly #pressure: Pressure
  #open = true
  /** Runs that are becoming durable, and will wait then. */
  #queueing = 0

  constructor(ports: IntakePorts, limits: IntakeLimits) {
    this.#ports = ports
    this.#limits = limits
    this.#ended = new EndedRuns(ports.runner)
    this.#pressure = new Pressure(ports.clock, CALM, BUSY_MS)
    this.#pool = new DriverPool(ports, limits.driven, {
      isBusy: () => this.#pressure.isHigh,
      begun: (handle) => this.#ended.follow(handle),
      lost: (runId, error) => this.#lost(runId, error),
      stopped: (runId, error) => this.#stopped(runId, error),
    })
    this.#left = new LeftRuns(ports, { isOurs: (runId) => this.#pool.has(runId), found: (runId) => this.#pool.add(runId, 'resume') })
  }

  /** Runs that are driven, and runs that wait for it. */
  get load(): { driven: number; waiting: number } {
    return { driven: this.#pool.driven, waiting: this.#pool.waiting }
  }

  /** Whether the run waits here for its turn, or is driven here. */
  has(runId: string): boolean {
    return this.#pool.has(runId)
  }

  /**
   * Resolves once the run is durable; `isAwaited`: somebody waits for its end. Throws SERVER_STOPPING, SERVER_OVERLOADED,
   * IDEMPOTENCY_CONFLICT, and as `Runner.start` does.
   */
  async accept(plan: Plan, options: AcceptOptions = {}, { isAwaited = false }: { isAwaited?: boolean } = {}): Promise<AcceptedRun> {
    this.assertOpen()
    if (!isAwaited) this.#pressure.add()
    try {
      return await (this.#pool.hasRoom(isAwaited) ? this.#start(plan, options) : this.#queue(plan, options, isAwaited))
    } catch (error) {
      if (error instanceof RunnerError && error.code === 'RUN_KEY_TAKEN' && options.idempotency) return this.#sameAs(error, options.idempotency)
      throw error
    }
  }

  /** Goes on with a run that nobody drives. Throws SERVER_STOPPING, and as `Runner.resume` does. */
  async resume(runId: string, options: Pick<ResumeOptions, 'repair'> = {}): Promise<AcceptedRun> {
    this.assertOpen()
    return this.#outOfTurn(runId, async () => this.#driven(await this.#ports.runner.resume(runId, options)))
  }

  /** As `Runner.cancel`: a run that waits ends at once, and has no turn any more. */
  async cancel(runId: string, request: { by: string; reason: string }): ReturnType<Runner['cancel']> {
    return this.#outOfTurn(runId, async (waits) => {
      const outcome = await this.#ports.runner.cancel(runId, request)
      if (waits) {
        this.#pool.forget(runId)
        this.#ended.end(runId)
      }
      return outcome
    })
  }

  /** What is asked of a run that may wait for its turn here: it is out of the line meanwhile, and waits again where that fails. */
  async #outOfTurn<T>(runId: string, act: (waits: boolean) => Promise<T>): Promise<T> {
    const line = this.#pool.drop(runId)
    try {
      return await act(line !== undefined)
    } catch (error) {
      if (line) this.#pool.add(runId, 'resume', line === 'urgent')
      throw error
    }
  }

  /**
   * Goes on with a run whose driver is certain to be gone. Undefined: somebody drives it, it is paused, or it has ended.
   * Throws SERVER_STOPPING, and as `Runner.resume` does.
   */
  async adopt(runId: string): Promise<AcceptedRun | undefined> {
    const { runner } = this.#ports
    if (await runner.isDriven(runId)) return undefined
    try {
      return await this.resume(runId)
    } catch (error) {
      // Somebody else was quicker, or is asked first.
      if (error instanceof RunnerError && (error.code === 'RUN_HELD' || error.code === 'RUN_PAUSED')) return undefined
      throw error
    }
  }

  /**
   * Takes up what other processes of a service took in and left, runs that wait, and runs that nobody drives any more, now and
   * from now on. Returns how many there are now.
   */
  recover(): Promise<number> {
    return this.#left.search()
  }

  /** Throws SERVER_STOPPING. */
  assertOpen(): void {
    if (!this.#open) throw serviceStopping()
  }

  /** From now on nothing more is taken in, and nothing that waits is begun. */
  close(): void {
    this.#open = false
    this.#left.close()
    this.#pool.close()
  }

  async #start(plan: Plan, options: AcceptOptions): Promise<AcceptedRun> {
    const place = this.#pool.reserve()
    try {
      return this.#driven(await this.#ports.runner.start(plan, { ...options, accepted: true }))
    } finally {
      place.free()
    }
  }

  async #queue(plan: Plan, options: AcceptOptions, isAwaited: boolean): Promise<AcceptedRun> {
    this.#assertRoom()
    this.#queueing++
    try {
      const { runId } = await this.#ports.runner.accept(plan, options)
      this.#pool.add(runId, 'begin', isAwaited)
      return this.#ended.of(runId, true)
    } finally {
      this.#queueing--
    }
  }

  #driven(handle: RunHandle): AcceptedRun {
    this.#pool.hold(handle)
    this.#ended.follow(handle)
    return { runId: handle.runId, isNew: true, result: handle.result }
  }

  /** The run that was made under the same key. */
  async #sameAs(taken: RunnerError, { fingerprint }: NonNullable<StartOptions['idempotency']>): Promise<AcceptedRun> {
    const runId = taken.details?.['runId']
    const run = typeof runId === 'string' ? await this.#ports.runner.store.get(runId) : undefined
    if (!run) throw new ServerError('IDEMPOTENCY_CONFLICT', 'The same is being asked for at this moment.', { fix: 'Ask again in a second.', retryAfterSec: 1 })
    if (run.idempotency?.fingerprint === fingerprint) return this.#ended.of(run.runId, false)
    throw new ServerError('IDEMPOTENCY_CONFLICT', `The key was used for another request, which made run ${run.runId}.`, {
      fix: 'Use a new key for each thing that is to happen once.',
      details: { run_id: run.runId },
    })
  }

  #assertRoom(): void {
    const waiting = this.#pool.waiting + this.#queueing
    if (waiting < this.#limits.waiting) return
    throw new ServerError('SERVER_OVERLOADED', `${waiting} runs wait to be driven already.`, {
      fix: 'Ask again later, or raise `server.limits.waiting`.',
      retryAfterSec: 1,
    })
  }

  #lost(runId: string, error: unknown): void {
    this.#ended.lose(runId, error)
    const code = codeOf(error)
    if (code === 'RUN_PAUSED') this.#left.pause(runId)
    else if (!isPassing(error)) this.#left.refuse(runId)
    // Another process has it, or it waits for somebody to unpause it.
    const level = code === 'RUN_HELD' || code === 'RUN_PAUSED' || code === 'RUNNER_CLOSED' ? 'debug' : 'error'
    this.#ports.log(level, 'a run that was taken in cannot be driven', { run: runId, code, error: error instanceof Error ? error.message : String(error) })
  }

  #stopped(runId: string, error: unknown): void {
    const code = codeOf(error)
    if (code === 'RUNNER_CLOSED') return
    this.#left.expect(runId)
    // Another process has taken it.
    const level = code === 'RUN_FENCED' ? 'debug' : 'error'
    this.#ports.log(level, 'a run stopped before its end, and goes on when it can', { run: runId, code, error: error instanceof Error ? error.message : String(error) })
  }
}
