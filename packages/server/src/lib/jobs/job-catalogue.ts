import type { DiscoverOptions, JobDescription, JobRegistry } from '@lorc/jobs-registry'
import type { JobFinder, JobPlace, JsonObject, Plan } from '@lorc/runner'
import { literally } from '@lorc/runner/expressions'
import { ServerError } from '../errors.ts'

export interface JobRequest {
  readonly params: JsonObject
  readonly account?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

/** The jobs of installed packages. What they need is loaded when somebody asks. */
export class JobCatalogue {
  readonly #discovery: DiscoverOptions | undefined
  readonly #finder: JobFinder | undefined

  readonly #root: string

  /** `root`: the workspace; `discovery` undefined: no jobs are listed; `finder` undefined: none can be run. */
  constructor(root: string, discovery: DiscoverOptions | undefined, finder: JobFinder | undefined) {
    this.#root = root
    this.#discovery = discovery
    this.#finder = finder
  }

  /** What is declared; no code of a package is run. */
  async list(): Promise<JobRegistry> {
    if (!this.#discovery) return { packages: [], problems: [] }
    const { discoverJobs } = await import('@lorc/jobs-registry')
    return discoverJobs(this.#discovery)
  }

  /** Throws JOBS_ABSENT, and coded errors of the registry. */
  async describe(packageName: string, job: string): Promise<JobDescription> {
    if (!this.#discovery) throw absent()
    const { describeJob, findJob } = await import('@lorc/jobs-registry')
    return describeJob(await findJob(this.#discovery, packageName, job))
  }

  /** The plan of one step that a run of a job is. Throws JOBS_ABSENT, JOB_PARAMS_INVALID, JOB_TIME_INVALID, and coded errors of the registry. */
  async plan(packageName: string, job: string, { params, account, since, until }: JobRequest, now: number): Promise<Plan> {
    if (!this.#finder) throw absent()
    const place: JobPlace = await this.#finder.locate(packageName, job)
    const [{ assertDeclaredParams, loadJob }, { readParams, readTimeWindow }] = await Promise.all([import('@lorc/runner/jobs'), import('@lorc/event-client')])
    const spec = await loadJob(place, this.#root)
    await readParams(spec, params, place.label, place.params)
    assertDeclaredParams(spec, params, place)
    readTimeWindow({ ...(since !== undefined && { since }), ...(until !== undefined && { until }) }, now)
    const step = {
      package: place.package,
      name: job,
      ...(Object.keys(params).length > 0 && { params: literally(params) }),
      ...(account !== undefined && { account: literally(account) }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    }
    return { lorc: 1, name: place.label, steps: [{ name: stepName(job), type: 'job', stage: 0, job: step }] }
  }
}

function absent(): ServerError {
  return new ServerError('JOBS_ABSENT', 'The service was made without jobs.', { fix: 'Start it with `lorc serve`.' })
}

/** Names of jobs are free; those of steps are not. */
function stepName(job: string): string {
  return job
    .replaceAll(/[^A-Za-z0-9_.-]/g, '_')
    .replace(/^(?![A-Za-z_])/, '_')
    .slice(0, 128)
}
