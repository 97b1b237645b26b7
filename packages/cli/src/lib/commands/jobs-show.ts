import { defineCommand, JSON_OPTION } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { discoveryOptions } from '../jobs/discovery-options.ts'
import { jobText } from '../jobs/job-text.ts'
import { snakeCased } from '../snake-case.ts'

export const jobsShow = defineCommand({
  description: 'Tells all about a job: where it is, its parameters with their types and defaults, and how to run it. Loads its module, in a thread of its own.',
  arguments: {
    package: { label: 'PACKAGE', summary: 'Its package; the name may be without the scope', required: true },
    job: { label: 'JOB', summary: 'The job', required: true },
  },
  options: JSON_OPTION,
  examples: [
    ['jobs show ingester extract_gmail', 'what it takes'],
    ['jobs show @acme/ingester extract_gmail --json', 'the same, with JSON Schema, for a program'],
  ],
  async run({ io, out, options, workspace, arguments: { package: packageName, job } }) {
    const { describeJob, findJob } = await import('@lorc/jobs-registry')
    const { params, ...description } = await describeJob(await findJob(discoveryOptions(await workspace()), packageName, job))
    if (options.json) {
      io.stdout.write(`${JSON.stringify({ ...snakeCased(description), params }, null, 2)}\n`)
      return EXIT.ok
    }
    const columns = io.stdout.isTTY ? io.stdout.columns : Number.POSITIVE_INFINITY
    io.stdout.write(jobText({ description: { ...description, params }, words: `${packageName} ${job}`, cwd: io.cwd, columns }, out))
    return EXIT.ok
  },
})
