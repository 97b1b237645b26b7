import type { StepContext } from '@lorc/context'
import { RunnerError } from '../errors.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from '../executor.ts'
import { resultWrites } from '../executors/step-set.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { isObject } from '../json-object.ts'
import type { PlanStep } from '../plan.ts'
import type { FakeClock } from './fake-clock.ts'

/** What a scripted step is told beside its context and parameters. */
export interface ScriptedStep {
  name: string
  runId: string
  /** 1 for the first. */
  attempt: number
  seed: number
  idempotencyKey: string
  /** Of an item of a `for_each` step. */
  item: JsonValue | undefined
  index: number | undefined
  /** The step of the plan, its templates resolved. */
  plan: PlanStep
}

/** What an attempt comes to; see `ok`, `fail` and `sleep`. */
export interface Scripted {
  readonly afterMs: number
  readonly outcome: AttemptOutcome
}

/** What a step does in a test: nothing more than complete where it returns nothing. Throwing fails the attempt. */
export type StepFunction = (ctx: StepContext, params: JsonObject, step: ScriptedStep) => Scripted | void | Promise<Scripted | void>
/** A list: what the first attempt does, the second, and so on; the last one counts for the rest. */
export type StepScript = StepFunction | Scripted | readonly (StepFunction | Scripted)[]

export function isScripted(value: unknown): value is Scripted {
  return isObject(value) && typeof value['afterMs'] === 'number' && isObject(value['outcome'])
}

/** Completes; `set` are context keys, `result` what a job returns, of which its step's own `set` makes context. */
export function ok(options: { set?: Readonly<Record<string, JsonValue>>; outputs?: string[]; result?: JsonValue; meta?: JsonObject } = {}): Scripted {
  const { set = {}, outputs, result } = options
  const meta = result === undefined ? options.meta : { ...options.meta, result }
  const writes = Object.fromEntries(Object.entries(set).map(([key, value]) => [key, { value }]))
  return { afterMs: 0, outcome: { status: 'ok', outputs: outputs ?? null, writes, ...(meta && { meta }) } }
}

/** Fails with this code. */
export function fail(code: string, message = 'as the test wants it'): Scripted {
  return { afterMs: 0, outcome: { status: 'error', error: { code, message } } }
}

/** Takes so many milliseconds of the test's clock, then does `then` (default: completes). */
export function sleep(ms: number, then: Scripted = ok()): Scripted {
  return { afterMs: ms + then.afterMs, outcome: then.outcome }
}

/** What the recipe makes of a job's result is the recipe's, not the script's. */
function withSet(attempt: Attempt, outcome: AttemptOutcome): AttemptOutcome {
  const { set } = attempt.step.job ?? {}
  if (set === undefined || outcome.status !== 'ok' || outcome.meta?.result === undefined) return outcome
  return { ...outcome, writes: { ...resultWrites(set, outcome.meta.result, attempt), ...outcome.writes } }
}

/** Runs every step as its script says; an item of a `for_each` step may have one of its own, `name[3]`. */
export class ScriptExecutor implements StepExecutor {
  readonly types: readonly string[]
  /** Attempts whose script is under way, but for those that sleep. */
  busy = 0
  /** When those that sleep wake, on the clock's monotonic time. */
  readonly wakes = new Set<number>()
  readonly #scripts: Readonly<Record<string, StepScript>>
  readonly #clock: FakeClock

  constructor(types: readonly string[], scripts: Readonly<Record<string, StepScript>>, clock: FakeClock) {
    this.types = types
    this.#scripts = scripts
    this.#clock = clock
  }

  async execute(attempt: Attempt): Promise<AttemptOutcome> {
    this.busy++
    try {
      const played: unknown = await this.#play(attempt)
      // What a function of one expression happens to return is none of them: it completes.
      const { afterMs, outcome } = isScripted(played) ? played : ok()
      return withSet(attempt, afterMs === 0 ? outcome : await this.#wait(afterMs, outcome, attempt.signal))
    } catch (error) {
      const { code, message, fix } = RunnerError.from(error, 'STEP_FAILED')
      return { status: 'error', error: { code, message, ...(fix !== undefined && { fix }) } }
    } finally {
      this.busy--
    }
  }

  async close(): Promise<void> {}

  #play(attempt: Attempt): Scripted | void | Promise<Scripted | void> {
    const { step, number, item, runId, seed, idempotencyKey, context } = attempt
    const own = item === undefined ? step.name : step.name.slice(0, step.name.lastIndexOf('['))
    const script = this.#scripts[step.name] ?? this.#scripts[own]
    if (script === undefined) {
      throw new RunnerError('TEST_STEP_UNSCRIPTED', `The step \`${own}\` has no script.`, { fix: `Give it one: steps: { ${JSON.stringify(own)}: ok() }.` })
    }
    const turns = Array.isArray(script) ? (script as readonly (StepFunction | Scripted)[]) : [script as StepFunction | Scripted]
    const turn = turns[Math.min(number, turns.length) - 1]
    if (typeof turn !== 'function') return turn
    const params = (Array.isArray(step.args) ? { args: step.args } : (step.args ?? {})) as JsonObject
    return turn(context, params, { name: step.name, runId, attempt: number, seed, idempotencyKey, item: item?.value, index: item?.index, plan: step })
  }

  #wait(ms: number, outcome: AttemptOutcome, signal: AbortSignal): Promise<AttemptOutcome> {
    const at = this.#clock.monotonic() + ms
    this.busy--
    this.wakes.add(at)
    return new Promise<AttemptOutcome>((resolve) => {
      const end = (made: AttemptOutcome): void => {
        this.busy++
        this.wakes.delete(at)
        callOff()
        resolve(made)
      }
      const callOff = this.#clock.sleep(ms, () => end(outcome))
      signal.addEventListener('abort', () => {
        const { code, message } = RunnerError.from(signal.reason, 'STEP_CANCELLED')
        end({ status: 'error', error: { code, message } })
      })
    })
  }
}
