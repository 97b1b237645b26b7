import { checkJson } from '@lorc/context'
import { RunnerError } from './errors.ts'
import type { AttemptMetrics } from './events.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from './executor.ts'
import { failureOf, shown } from './executors/node/node-outcome.ts'
import type { JsonObject } from './json.ts'
import { isTexts } from './json-object.ts'
import type { PlanStep, RetryPolicy } from './plan.ts'

/** An executor of somebody else's: an answer that is none fails the attempt (STEP_RETURN_INVALID), and is made nothing of. */
export class CheckedExecutor implements StepExecutor {
  readonly types: readonly string[]
  readonly versions?: (steps: readonly PlanStep[]) => Promise<JsonObject>
  readonly #executor: StepExecutor

  constructor(executor: StepExecutor) {
    this.#executor = executor
    this.types = executor.types
    if (executor.versions) this.versions = executor.versions.bind(executor)
  }

  execute(attempt: Attempt): AttemptOutcome | Promise<AttemptOutcome> {
    const judge = (answer: unknown): AttemptOutcome => {
      try {
        return checked(answer, attempt.step.type)
      } catch (error) {
        return failure(error)
      }
    }
    try {
      const answer: unknown = this.#executor.execute(attempt)
      return isThenable(answer) ? Promise.resolve(answer).then(judge, failure) : judge(answer)
    } catch (error) {
      return failure(error)
    }
  }

  async close(): Promise<void> {
    await this.#executor.close()
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Throws RunnerError STEP_RETURN_INVALID. */
function checked(answer: unknown, type: string): AttemptOutcome {
  let why = isObject(answer) ? problemOf(answer) : 'it is not an object'
  try {
    if (why === undefined) return withJson(answer as AttemptOutcome)
  } catch (error) {
    why = `what is kept of it is not JSON: ${(error as Error).message}`
  }
  throw new RunnerError('STEP_RETURN_INVALID', `The executor of \`${type}\` steps answered ${shown(answer)}: ${why}.`, {
    fix: "Answer { status: 'ok', outputs: [...] }, with null for the keys that were set, or { status: 'error', error: { code, message } }.",
  })
}

function problemOf(answer: { [field: string]: unknown }): string | undefined {
  const { status, metrics } = answer
  if (metrics !== undefined && !isObject(metrics)) return '`metrics` is not an object'
  const wrong = METRICS.find((name) => metrics?.[name] != null && !Number.isFinite(metrics[name]))
  if (wrong) return `\`metrics.${wrong}\` is not a number`
  if (status === 'ok') return problemOfOk(answer)
  return status === 'error' ? (problemOfError(answer) ?? problemOfRetry(answer)) : '`status` is neither `ok` nor `error`'
}

const METRICS = ['cpuUserMs', 'cpuSystemMs', 'peakRssBytes', 'exitCode'] satisfies (keyof AttemptMetrics)[]

function problemOfOk({ outputs, writes, meta, log }: { [field: string]: unknown }): string | undefined {
  if (outputs != null && !isTexts(outputs)) return '`outputs` is neither null nor a list of texts'
  if (log !== undefined && !isTexts(log)) return '`log` is not a list of texts'
  if (writes !== undefined && !(isObject(writes) && Object.values(writes).every(isObject))) return '`writes` is not an object of { value }'
  return meta === undefined || isObject(meta) ? undefined : '`meta` is not an object'
}

function problemOfError({ error }: { [field: string]: unknown }): string | undefined {
  if (!isObject(error)) return '`error` is not an object'
  const { code, message, fix, exitCode, details } = error
  if (typeof code !== 'string' || code === '') return '`error.code` is not text'
  if (typeof message !== 'string') return '`error.message` is not text'
  if (fix !== undefined && typeof fix !== 'string') return '`error.fix` is not text'
  if (exitCode !== undefined && !Number.isInteger(exitCode)) return '`error.exitCode` is not a whole number'
  return details === undefined || isObject(details) ? undefined : '`error.details` is not an object'
}

function problemOfRetry({ retry }: { [field: string]: unknown }): string | undefined {
  if (retry === undefined) return undefined
  if (!isObject(retry)) return '`retry` is not an object'
  const wrong = RETRY_NUMBERS.find((name) => !(Number.isFinite(retry[name]) && Number(retry[name]) >= 0))
  if (wrong) return `\`retry.${wrong}\` is not a number from 0 on`
  if (retry['backoff'] !== 'fixed' && retry['backoff'] !== 'exponential') return '`retry.backoff` is neither `fixed` nor `exponential`'
  const { on } = retry
  const isList = on === undefined || (Array.isArray(on) && on.every((code) => typeof code === 'string' || Number.isInteger(code)))
  return isList ? undefined : '`retry.on` is not a list of texts and whole numbers'
}

const RETRY_NUMBERS = ['max', 'delayMs', 'factor', 'maxDelayMs', 'jitter'] satisfies (keyof RetryPolicy)[]

/** What goes into the journal, and no more, as JSON that nobody can change any more. Throws ContextError. */
function withJson(outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.status === 'ok') return outcome.meta ? { ...outcome, meta: checkJson(outcome.meta) as JsonObject } : outcome
  const { code, message, exitCode, fix, details } = outcome.error
  const error = {
    code,
    message,
    ...(exitCode !== undefined && { exitCode }),
    ...(fix !== undefined && { fix }),
    ...(details && { details: checkJson(details) as JsonObject }),
  }
  return { ...outcome, error }
}

/** What was thrown; of details that are not JSON nothing is told. */
function failure(thrown: unknown): AttemptOutcome {
  const { details, ...error } = failureOf(thrown)
  try {
    return withJson({ status: 'error', error: { ...error, ...(details && { details }) } })
  } catch {
    return { status: 'error', error }
  }
}

function isObject(value: unknown): value is { [field: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
