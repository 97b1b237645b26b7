import { openBigQuery, openEvents, type EventsOptions, type JobSpec } from '@lorc/event-client'
import type { AttemptOutcome } from '../../executor.ts'
import { SecretMask } from '../../secrets/secret-mask.ts'
import { completed, runJob, type JobRequest } from '../job/job-attempt.ts'
import { jobFailed } from '../job/job-failure.ts'
import { loadJob } from '../job/job-module.ts'
import type { StepBacking } from '../node/node-step.ts'
import { untold } from '../thrown-text.ts'
import type { CodeVersion } from '../node/version-imports.ts'

/** What a worker process needs to know to run a job, besides where its code is. */
export interface WorkerJob {
  readonly request: JobRequest
  /** It opens the same local database itself, and leaves delivering to the runner. */
  readonly events: EventsOptions
  /** How the run's secrets are recognized. */
  readonly secretForms?: readonly string[]
}

/** Nothing is delivered here. Of a sink of the embedding program's own, only its name and limits have come. */
function undelivered(options: EventsOptions): EventsOptions {
  const { sink } = options
  const output = { write: () => {} }
  return typeof sink === 'object' ? { ...options, output, sink: { ...sink, write: () => Promise.reject(new Error('nothing is delivered here')), close: async () => {} } } : { ...options, output }
}

/** Runs a job in a worker process; its events are on disk when this resolves. Never rejects. */
export async function runJobInWorker(
  module: { readonly code: CodeVersion; readonly export?: string },
  { request, events: options, secretForms }: WorkerJob,
  { backing, isOver }: { backing: StepBacking; isOver: () => boolean },
): Promise<AttemptOutcome> {
  let spec: JobSpec | undefined
  const mask = secretForms && SecretMask.ofForms(secretForms)
  const findSecret = mask && ((text: string) => (mask.finds(text) ? 'that the recipe declares' : undefined))
  const hub = await openEvents(undelivered(options))
  try {
    spec = await loadJob({ version: module.code, export: module.export ?? 'default', label: request.label })
    const events = hub.client({ runId: backing.runId, step: backing.stepName, ...(findSecret && { findSecret }) })
    return completed(await runJob(spec, request, { backing, hub, events, bigquery: () => openBigQuery(options), isOver }))
  } catch (error) {
    const text = untold(error)
    if (text !== undefined) backing.write(`${text}\n`)
    return jobFailed(error, spec)
  } finally {
    await hub.close()
  }
}
