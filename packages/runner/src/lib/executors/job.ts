import type { EventHub, JobEvents, JobSpec } from '@lorc/event-client'
import type { Clock } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from '../executor.ts'
import type { EventsChoice, JobPlace, JobPort } from '../job-port.ts'
import { toRecorded } from '../attempts/outcome.ts'
import type { PlanStep } from '../plan.ts'
import { completed, runJob, withCounts, type JobProduct, type JobRequest } from './job/job-attempt.ts'
import { CodeVersions } from './node/code-versions.ts'
import { jobFailed } from './job/job-failure.ts'
import { loadJob } from './job/job-module.ts'
import { limited } from './limited-attempt.ts'
import { AttemptLog } from './node/node-log.ts'
import { runInProcess, type InProcessBacking } from './node/node-in-process.ts'
import { inScope, releaseConsole, retainConsole } from './node/node-output.ts'
import type { RunMessage } from './worker/node-protocol.ts'
import { runMessage } from './worker/node-worker-messages.ts'
import { NodeWorkers, type NodeWorkersOptions } from './worker/node-workers.ts'
import { resultWrites } from './step-set.ts'
import type { CodeVersion } from './node/version-imports.ts'

export interface JobExecutorOptions extends NodeWorkersOptions {
  port: JobPort
  clock: Clock
  /** As of a Workspace. */
  allow?: readonly string[]
}

type JobOfStep = NonNullable<PlanStep['job']>

/** Where a job is, and the version of it that the run has. */
interface JobCode {
  readonly place: JobPlace
  readonly version: CodeVersion
}

/**
 * Runs steps of type `job`: functions that installed packages declare as such. In this process, or, when the step or the
 * job has a timeout or the step asks for it (`requiresProcess`), in a worker process. An attempt is over once its events
 * are where they have to be.
 */
export function createJobExecutor(options: JobExecutorOptions): StepExecutor {
  const executor = new JobExecutor(options)
  return { types: ['job'], execute: (attempt) => executor.execute(attempt), close: () => executor.close() }
}

class JobExecutor {
  readonly #port: JobPort
  readonly #clock: Clock
  readonly #workers: NodeWorkers
  readonly #versions: CodeVersions
  readonly #specs = new WeakMap<CodeVersion, Map<string, JobSpec>>()

  constructor({ port, clock, allow = [], ...workers }: JobExecutorOptions) {
    this.#port = port
    this.#versions = new CodeVersions(allow)
    this.#clock = clock
    this.#workers = new NodeWorkers(workers)
  }

  async execute(attempt: Attempt): Promise<AttemptOutcome> {
    const outcome = await this.#run(attempt)
    const { set } = attempt.step.job ?? {}
    if (set === undefined || outcome.status !== 'ok') return outcome
    try {
      return { ...outcome, writes: resultWrites(set, outcome.meta?.result ?? null, attempt) }
    } catch (error) {
      return { status: 'error', error: toRecorded(error) }
    }
  }

  async #run(attempt: Attempt): Promise<AttemptOutcome> {
    let spec: JobSpec | undefined
    try {
      const { job, timeoutMs, requiresProcess } = attempt.step
      if (job === undefined) throw new RunnerError('PLAN_INVALID', `Step \`${attempt.step.name}\` of type job names no job.`)
      const place = await this.#port.locate(job.package, job.name)
      const version = await this.#versions.locate(attempt.runId, place.file, attempt.workspace)
      if (timeoutMs !== undefined || requiresProcess === true) return await this.#inWorker(attempt, job, { place, version })
      spec = await this.#spec(attempt, { place, version })
      if (spec.timeoutMs === undefined) return await this.#inProcess(attempt, job, place, spec)
      const limit = limited(attempt, spec.timeoutMs, this.#clock)
      return await this.#inWorker(limit.attempt, job, { place, version }).finally(() => limit.stop())
    } catch (error) {
      return jobFailed(error, spec)
    }
  }

  close(): Promise<void> {
    return this.#workers.close()
  }

  async #inProcess(attempt: Attempt, job: JobOfStep, place: JobPlace, spec: JobSpec): Promise<AttemptOutcome> {
    const choice = job.events ?? {}
    const hub = await this.#port.events(choice)
    const bigquery = () => this.#port.bigquery(choice)
    const call = (backing: InProcessBacking) => {
      const events = clientOf(hub, attempt)
      return runJob(spec, this.#request(attempt, job, place), { backing, hub, events, bigquery, isOver: () => backing.isOver })
    }
    return runInProcess(
      {
        known: (_, backing) => () => call(backing),
        load: (_, backing) => Promise.resolve(() => call(backing)),
        returned: (product) => completed(product as JobProduct),
        threw: (error) => jobFailed(error, spec),
      },
      attempt,
    )
  }

  /** The worker has written the job's events on disk when it is done; whether that is enough is settled here. */
  async #inWorker(attempt: Attempt, job: JobOfStep, code: JobCode): Promise<AttemptOutcome> {
    const choice = job.events ?? {}
    const outcome = await this.#workers.run(attempt, this.#message(attempt, job, code, choice))
    // What nobody writes, nobody has to settle.
    if (outcome.status !== 'ok' || this.#port.dryRun === true) return outcome
    const events = clientOf(await this.#port.events(choice), attempt)
    await events.settle(attempt.signal)
    return withCounts(outcome, events.counts())
  }

  async #message(attempt: Attempt, job: JobOfStep, { place, version }: JobCode, choice: EventsChoice): Promise<RunMessage> {
    const { forms } = attempt.mask ?? {}
    const request = this.#request(attempt, job, place)
    const message = runMessage(attempt, version)
    return { ...message, export: place.export, job: { request, events: await this.#port.elsewhere(choice), ...(forms && { secretForms: forms }) } }
  }

  #request({ runTime }: Attempt, job: JobOfStep, { label, package: name, params: declared }: JobPlace): JobRequest {
    const { name: jobName, params = {}, account = null, since = null, until = null } = job
    return { label, package: name, job: jobName, params, ...(declared && { declared }), account, since, until, runTime, logging: this.#port.logging }
  }

  /** What the module prints as it is loaded is the attempt's output. */
  async #spec(attempt: Attempt, { place, version }: JobCode): Promise<JobSpec> {
    const known = this.#specs.get(version)?.get(place.export)
    if (known) return known
    const log = new AttemptLog(attempt)
    retainConsole()
    try {
      const scope = { write: (chunk: string | Uint8Array) => log.write(chunk), fail: (error: unknown) => log.write(`${String(error)}\n`) }
      const spec = await inScope(scope, () => loadJob({ ...place, version }))
      const specs = this.#specs.get(version) ?? new Map<string, JobSpec>()
      this.#specs.set(version, specs.set(place.export, spec))
      return spec
    } finally {
      releaseConsole()
      log.end()
    }
  }
}

function clientOf(hub: EventHub, { runId, step, mask, signal }: Attempt): JobEvents {
  const findSecret = mask && ((text: string) => (mask.finds(text) ? 'that the recipe declares' : undefined))
  return hub.client({ runId, step: step.name, signal, ...(findSecret && { findSecret }) })
}
