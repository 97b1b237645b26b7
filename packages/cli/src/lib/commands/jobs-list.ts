import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { discoveryOptions } from '../jobs/discovery-options.ts'
import { listText, problemText } from '../jobs/list-text.ts'
import { registryJson } from '../jobs/registry-json.ts'

export const jobsList = defineCommand({
  description:
    'Lists the jobs of the packages that the workspace declares, of its own package and of those that the configuration ' +
      'names (`jobs`). No code of a package is run. Declarations that are broken are told on stderr.',
  arguments: { package: { label: 'PACKAGE', summary: 'Only its jobs; the name may be without the scope', required: false } },
  options: JSON_OPTION,
  examples: [
    ['jobs list', 'every job that can be run'],
    ['jobs list ingester', 'those of one package'],
    ['jobs list --json', 'for a program'],
  ],
  async run({ io, out, err, options, workspace, arguments: { package: name } }) {
    const { discoverJobs, getPackage } = await import('@lorc/jobs-registry')
    const found = await discoverJobs(discoveryOptions(await workspace()))
    const packages = name === undefined ? found.packages : [getPackage(found, name)]
    const problems = name === undefined ? found.problems : found.problems.filter((problem) => problem.package === packages[0]?.name)
    if (options.json) {
      io.stdout.write(`${JSON.stringify(registryJson({ packages, problems }), null, 2)}\n`)
      return EXIT.ok
    }
    const columns = io.stdout.isTTY ? io.stdout.columns : Number.POSITIVE_INFINITY
    io.stdout.write(listText(packages, out, columns))
    io.stderr.write(problemText(problems, err))
    if (packages.length === 0) io.stderr.write('no jobs: no package that the workspace declares has any\n')
    return EXIT.ok
  },
})
