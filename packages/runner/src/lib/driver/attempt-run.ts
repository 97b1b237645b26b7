import type { LiveAttempt } from '../attempts/attempt.ts'
import { CheckedExecutor } from '../checked-executor.ts'
import { RunnerError } from '../errors.ts'
import type { AttemptMetrics, RecordedError } from '../events.ts'
import type { AttemptOutcome, MeasuredMetrics } from '../executor.ts'
import type { RetryPolicy } from '../plan.ts'
import { accept, toRecorded, type Acceptance } from '../attempts/outcome.ts'
import { keepRefusedLog } from '../attempts/refused-log.ts'
import { maskLog } from '../secrets/secret-log.ts'
import type { StepCache } from '../cache/step-cache.ts'
import { stepTimeout } from '../attempts/step-timeout.ts'
import type { Surroundings } from './surroundings.ts'

/** What somebody else's executor gets to end an attempt, beyond the time between its SIGTERM and its SIGKILL. */
const LAST_MS = 5_000

/** Who is told how an attempt ended: once, or more often after it was settled, which counts for nothing. */
export interface AttemptEnds {
  /** `cached`: the key of the entry that its outputs were put back from. */
  completed(attempt: LiveAttempt, accepted: Acceptance, metrics: AttemptMetrics | null, cached?: string): void
  /** `retry`: what the code says of further attempts. */
  failed(attempt: LiveAttempt, error: RecordedError, metrics: AttemptMetrics, retry?: RetryPolicy): void
}

/** Takes attempts from their start to their outcome: cache, executor, time limit, and the check of what came out. */
export class AttemptRun {
  readonly #around: Surroundings
  readonly #cache: StepCache
  readonly #ends: AttemptEnds

  constructor(around: Surroundings, cache: StepCache, ends: AttemptEnds) {
    this.#around = around
    this.#cache = cache
    this.#ends = ends
  }

  begin(attempt: LiveAttempt): void {
    const { timeoutMs, cache } = attempt.step
    if (timeoutMs !== undefined) this.#limit(attempt, timeoutMs)
    this.#around.keepAlive()
    if (cache) void this.#reuseOrExecute(attempt)
    else this.#execute(attempt)
  }

  /** It was told to end. lorc's own executors see to that; what somebody else's makes of it must not hold the run for ever. */
  giveUpLater(attempt: LiveAttempt): void {
    if (!(this.#around.executors.get(attempt.step.type) instanceof CheckedExecutor)) return
    const ms = attempt.graceMs + LAST_MS
    attempt.stopTimer?.()
    attempt.stopTimer = this.#around.clock.sleep(ms, () => {
      attempt.ending = unheeded(attempt.ending!, ms)
      this.#onThrown(attempt, attempt.ending)
    })
  }

  measure(attempt: LiveAttempt, measured?: MeasuredMetrics): AttemptMetrics {
    const wallMs = Math.round((this.#around.clock.monotonic() - attempt.startedAt) * 1000) / 1000
    return {
      cpuSystemMs: measured?.cpuSystemMs ?? null,
      cpuUserMs: measured?.cpuUserMs ?? null,
      exitCode: measured?.exitCode ?? null,
      peakRssBytes: measured?.peakRssBytes ?? null,
      wallMs,
    }
  }

  #execute(attempt: LiveAttempt): void {
    try {
      const outcome = this.#around.executors.get(attempt.step.type)!.execute(attempt)
      if (outcome instanceof Promise) outcome.then((o) => this.#onOutcome(attempt, o), (e: unknown) => this.#onThrown(attempt, e))
      else this.#onOutcome(attempt, outcome)
    } catch (error) {
      this.#onThrown(attempt, error)
    }
  }

  async #reuseOrExecute(attempt: LiveAttempt): Promise<void> {
    try {
      const hit = await this.#cache.find(attempt)
      if (attempt.ending) this.#onThrown(attempt, attempt.ending)
      else if (!hit) this.#execute(attempt)
      else {
        const { outputs, writes, result } = hit
        const accepted = await accept(attempt, { status: 'ok', outputs, writes, ...(result !== undefined && { meta: { result } }) }, this.#around.workspace)
        this.#ends.completed(attempt, accepted, null, hit.key)
      }
    } catch (error) {
      this.#onThrown(attempt, error)
    }
  }

  #onThrown(attempt: LiveAttempt, error: unknown): void {
    this.#onOutcome(attempt, { status: 'error', error: toRecorded(error) })
  }

  #onOutcome(attempt: LiveAttempt, outcome: AttemptOutcome): void {
    if (attempt.settled) return
    const metrics = this.measure(attempt, outcome.metrics)
    const { mask, knownLogPath } = attempt
    if (mask && knownLogPath !== undefined) void maskLog(knownLogPath, mask).then(() => this.#judge(attempt, outcome, metrics))
    else this.#judge(attempt, outcome, metrics)
  }

  #judge(attempt: LiveAttempt, outcome: AttemptOutcome, metrics: AttemptMetrics): void {
    if (outcome.status === 'error') return this.#ends.failed(attempt, outcome.error, metrics, outcome.retry)
    const refused = (error: unknown): void => {
      keepRefusedLog(attempt, outcome.log)
      this.#ends.failed(attempt, toRecorded(error), metrics)
    }
    try {
      const accepted = accept(attempt, outcome, this.#around.workspace)
      if (!(accepted instanceof Promise)) return this.#ends.completed(attempt, accepted, metrics)
      accepted.then((done) => this.#ends.completed(attempt, done, metrics), refused)
    } catch (error) {
      refused(error)
    }
  }

  #limit(attempt: LiveAttempt, ms: number): void {
    attempt.stopTimer = this.#around.clock.sleep(ms, () => {
      attempt.end(stepTimeout(ms))
    })
  }
}

function unheeded({ code, message, fix, cause }: RunnerError, ms: number): RunnerError {
  return new RunnerError(code, `${message} Its executor did not end within ${ms / 1000} s of being told to: what it began may go on.`, { ...(fix !== undefined && { fix }), cause })
}
