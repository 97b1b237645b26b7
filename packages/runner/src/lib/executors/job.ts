import type { JobSpec } from '@lorc/event-client'
import { RunnerError } from '../errors.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from '../executor.ts'
import type { JobPlace, JobPort } from '../job-port.ts'
import { completed, runJob, type JobProduct, type JobRequest } from './job-attempt.ts'
import { jobFailure } from './job-failure.ts'
import { loadJob, retryOf } from './job-module.ts'
import { runInProcess, type InProcessBacking, type InProcessCode } from './node-in-process.ts'
import type { Scriptlet } from './node-scriptlet.ts'

/** Runs steps of type `job`: functions that installed packages declare as such. */
export function createJobExecutor(port: JobPort): StepExecutor {
  const specs = new Map<string, JobSpec>()
  const specOf = new WeakMap<Attempt, JobSpec>()

  const load = async (attempt: Attempt, backing: InProcessBacking): Promise<Scriptlet> => {
    const { job } = attempt.step
    if (job === undefined) throw new RunnerError('PLAN_INVALID', `Step \`${attempt.step.name}\` of type job names no job.`)
    const place = await port.locate(job.package, job.name)
    const id = `${place.file}#${place.export}`
    const spec = specs.get(id) ?? (await loadJob(place))
    specs.set(id, spec)
    specOf.set(attempt, spec)
    const choice = job.events ?? {}
    const { runId, step, mask } = attempt
    const hub = await port.events(choice)
    const findSecret = mask && ((text: string) => (mask.finds(text) ? 'a declared secret' : undefined))
    const events = hub.client({ runId, step: step.name, signal: backing.signal(), ...(findSecret && { findSecret }) })
    const around = { backing, events, bigquery: () => port.bigquery(choice), isOver: () => backing.isOver }
    return () => runJob(spec, requestOf(attempt, place, port), around)
  }

  const code: InProcessCode = {
    known: () => undefined,
    load,
    returned: (product) => completed(product as JobProduct),
    threw: (error, attempt) => failed(error, specOf.get(attempt)),
  }
  return {
    types: ['job'],
    execute: (attempt) => runInProcess(code, attempt),
    close: async () => {},
  }
}

function failed(error: unknown, spec: JobSpec | undefined): AttemptOutcome {
  return { status: 'error', error: jobFailure(error), ...(spec && { retry: retryOf(spec) }) }
}

function requestOf(attempt: Attempt, place: JobPlace, { logging }: JobPort): JobRequest {
  const { name, params = {}, account = null, since = null, until = null } = attempt.step.job!
  const { runCreatedAt } = attempt
  return { label: place.label, package: place.package, job: name, params, account, since, until, runCreatedAt, logging }
}
