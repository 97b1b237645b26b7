import { durationMs } from '../duration.ts'
import { EventError } from '../errors.ts'
import { isJob, type JobContext } from './job.ts'
import type { StandardSchema } from './standard-schema.ts'

/** What a module exports as a job, read: defaults are in place, durations are milliseconds. */
export interface JobSpec {
  readonly summary: string | undefined
  /** Undefined: it takes no parameters. */
  readonly params: StandardSchema | undefined
  readonly retry: { readonly max: number; readonly delayMs: number }
  readonly timeoutMs: number | undefined
  readonly run: (ctx: JobContext<unknown>) => unknown
}

const DEFAULT_RETRY = { max: 3, delayMs: 1000 } as const

/**
 * Reads what a module exports as a job: what `defineJob` made, or a plain function. `name` is what messages call it,
 * e.g. `ingester/extract_gmail`. Throws EventError JOB_INVALID.
 */
export function readJob(exported: unknown, name: string): JobSpec {
  if (typeof exported === 'function' && !/^class\b/.test(Function.prototype.toString.call(exported))) {
    return { summary: undefined, params: undefined, retry: DEFAULT_RETRY, timeoutMs: undefined, run: exported as (ctx: JobContext<unknown>) => unknown }
  }
  if (!isJob(exported)) {
    throw new EventError('JOB_INVALID', `${name} is not a job: the module exports ${kindOf(exported)}.`, {
      fix: 'Export what `defineJob({ run(ctx) { ... } })` returns, or an `async (ctx) => { ... }`.',
    })
  }
  const { summary, params, run } = exported
  if (typeof run !== 'function') throw invalid(name, 'its `run` is not a function')
  if (params !== undefined && !isSchema(params)) throw invalid(name, 'its `params` is not a Standard Schema', 'Use a zod object, or another library of https://standardschema.dev.')
  if (summary !== undefined && typeof summary !== 'string') throw invalid(name, 'its `summary` is not text')
  return {
    summary,
    params,
    retry: retryOf(exported.retry, name),
    timeoutMs: exported.timeout === undefined ? undefined : positive(exported.timeout, name, 'timeout'),
    run: (ctx) => exported.run(ctx),
  }
}

function retryOf(retry: unknown, name: string): JobSpec['retry'] {
  if (retry === undefined) return DEFAULT_RETRY
  const { max, delay = DEFAULT_RETRY.delayMs } = (typeof retry === 'object' ? retry : {}) as { max?: unknown; delay?: unknown }
  if (typeof max !== 'number' || !Number.isInteger(max) || max < 1 || max > 1000) {
    throw invalid(name, 'its `retry.max` is not a whole number from 1 to 1000')
  }
  return { max, delayMs: delay === 0 ? 0 : positive(delay, name, 'retry.delay') }
}

function positive(value: unknown, name: string, field: string): number {
  const ms = typeof value === 'string' ? durationMs(value) : value
  if (typeof ms === 'number' && ms > 0 && ms <= 2_147_483_647) return ms
  throw invalid(name, `its \`${field}\` is ${JSON.stringify(value) ?? String(value)}, which is not a duration`, 'Write `90s`, `10m`, or milliseconds; less than 25 days.')
}

function invalid(name: string, what: string, fix?: string): EventError {
  return new EventError('JOB_INVALID', `${name} is not a job: ${what}.`, fix === undefined ? {} : { fix })
}

function isSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as { '~standard'?: { validate?: unknown } })['~standard']
  return typeof standard?.validate === 'function'
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing of that name'
  if (typeof value === 'function') return 'a class'
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
