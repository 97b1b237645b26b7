import type { JobPackage } from '@lorc/jobs-registry'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { discoveryOptions } from '../jobs/discovery-options.ts'
import { jobText } from '../jobs/job-text.ts'
import { snakeCased } from '../snake-case.ts'

export const jobsShow = defineCommand({
  description: 'Tells all about a job: where it is, its parameters with their types and defaults, and how to run it. Loads its module, in a thread of its own.',
  arguments: {
    package: { label: 'PACKAGE', summary: 'Its package; the name may be without the scope', required: true },
    job: { label: 'JOB', summary: 'The job. May be left out where the package has one', required: false },
  },
  options: JSON_OPTION,
  examples: [
    ['jobs show ingester extract_gmail', 'what it takes'],
    ['jobs show @acme/ingester extract_gmail --json', 'the same, with JSON Schema, for a program'],
  ],
  async run({ io, out, options, workspace, arguments: { package: packageName, job: named } }) {
    const { describeJob, discoverJobs, findJob, getPackage } = await import('@lorc/jobs-registry')
    const where = discoveryOptions(await workspace())
    const job = named ?? onlyJob(getPackage(await discoverJobs(where), packageName))
    const { params, ...description } = await describeJob(await findJob(where, packageName, job))
    if (options.json) {
      io.stdout.write(`${JSON.stringify({ ...snakeCased(description), params }, null, 2)}\n`)
      return EXIT.ok
    }
    const columns = io.stdout.isTTY ? io.stdout.columns : Number.POSITIVE_INFINITY
    io.stdout.write(jobText({ description: { ...description, params }, words: `${packageName} ${job}`, cwd: io.cwd, columns }, out))
    return EXIT.ok
  },
})

/** Throws CliError CLI_ARGUMENT_MISSING where there are several. */
function onlyJob({ name, jobs }: JobPackage): string {
  const [job, ...more] = jobs
  if (job !== undefined && more.length === 0) return job.name
  throw new CliError('CLI_ARGUMENT_MISSING', 'JOB is missing: which one?', { fix: `the jobs of ${name} are ${jobs.map((one) => one.name).join(', ')}.` })
}
