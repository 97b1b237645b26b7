import { durationMs, type JobSpec } from '@lorc/event-client'
import { jobBackoff } from '@lorc/event-client/retry'
import type { JobFinder, JobPlace, JsonObject, Plan, PlanStep } from '@lorc/runner'
import { literally } from '@lorc/runner/expressions'
import { CliError } from '../errors.ts'
import { eventsChoice } from './events-choice.ts'
import type { JobOptions } from './job-options.ts'

/** A job that was found, and read. */
export interface FoundJob {
  place: JobPlace
  /** Its name in the package. */
  name: string
  spec: JobSpec
  finder: JobFinder
}

/** The plan of one step that a run of a job is. Throws CliError CLI_OPTION_INVALID. */
export function jobPlan({ place, name, spec }: FoundJob, params: JsonObject, options: JobOptions): Plan {
  const { account, since, until, retries, isolate } = options
  const events = eventsChoice(options)
  const step: PlanStep = {
    name: stepName(name),
    type: 'job',
    stage: 0,
    job: {
      package: place.package,
      name,
      ...(Object.keys(params).length > 0 && { params: literally(params) }),
      ...(account !== undefined && { account: literally(account) }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      ...(events && { events }),
    },
    ...(retries !== undefined && { retry: jobBackoff(spec, Math.min(1000, retries + 1)) }),
    ...timeoutOf(options.timeout),
    ...(isolate && { requiresProcess: true }),
  }
  return { lorc: 1, name: place.label, steps: [step] }
}

/** Names of jobs are free; those of steps are not. */
function stepName(job: string): string {
  return job
    .replaceAll(/[^A-Za-z0-9_.-]/g, '_')
    .replace(/^(?![A-Za-z_])/, '_')
    .slice(0, 128)
}

function timeoutOf(text: string | undefined): Pick<PlanStep, 'timeoutMs'> {
  if (text === undefined) return {}
  const timeoutMs = durationMs(text)
  if (timeoutMs !== undefined && timeoutMs > 0 && timeoutMs <= 2_147_483_647) return { timeoutMs }
  throw new CliError('CLI_OPTION_INVALID', `--timeout is a duration, not \`${text}\`.`, { fix: 'write 90s, 10m or 2h; less than 25 days.' })
}
