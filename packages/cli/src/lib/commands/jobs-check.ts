import { resolve } from 'node:path'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { problemText } from '../jobs/list-text.ts'
import { problemJson } from '../jobs/registry-json.ts'
import { count } from '../render/quantity.ts'

export const jobsCheck = defineCommand({
  description:
    'For the author of a package with jobs, before it is published: whether every job that it declares is there, loads, is ' +
      'a job, and is published with all that it imports. Exits with 1 where something is wrong.',
  arguments: { dir: { label: 'DIR', summary: 'The folder of the package. Default: the current one', required: false } },
  options: JSON_OPTION,
  examples: [
    ['jobs check', 'the package in this folder'],
    ['jobs check packages/ingester --json', 'another one, for a program'],
  ],
  async run({ io, out, options, arguments: { dir = '.' } }) {
    const { checkJobs } = await import('@lorc/jobs-registry')
    const { package: name, version, jobs, problems } = await checkJobs(resolve(io.cwd, dir))
    const ok = problems.length === 0
    if (options.json) {
      io.stdout.write(`${JSON.stringify({ ok, package: name, version, jobs, problems: problems.map(problemJson) }, null, 2)}\n`)
      return ok ? EXIT.ok : EXIT.failed
    }
    const lines = jobs.map((job) => `${job.ok ? out.green('ok') : out.red('no')}  ${name}/${job.name}\n`)
    io.stdout.write(`${lines.join('')}${ok ? '' : `${out.red(count(problems.length, 'problem'))} in ${count(jobs.length, 'job')}\n`}`)
    io.stderr.write(problemText(problems.map((problem) => ({ ...problem, message: problem.job === undefined ? problem.message : `${problem.job}: ${problem.message}` })), out))
    return ok ? EXIT.ok : EXIT.failed
  },
})
