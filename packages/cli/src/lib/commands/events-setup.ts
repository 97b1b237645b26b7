import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'
import { withEvents } from '../with-events.ts'

export const eventsSetup = defineCommand({
  description:
    'Makes what events need where they go: in BigQuery the dataset, the tables and the view in which each event is once; ' +
    'locally the database. What is there already stays as it is.',
  arguments: {},
  options: {
    'dry-run': { kind: 'flag', summary: 'Print the statements, and run none' },
    ...JSON_OPTION,
    ...SINK_OPTIONS,
  },
  examples: [
    ['events setup --dry-run', 'what would be done, as SQL'],
    ['events setup --sink bigquery', 'do it'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const dryRun = options['dry-run']
    return await withEvents(invocation, async (hub) => {
      const statements = await hub.setup({ dryRun })
      if (options.json) io.stdout.write(`${JSON.stringify({ sink: hub.sink, dry_run: dryRun, statements }, null, 2)}\n`)
      else if (dryRun) io.stdout.write(statements.map((statement) => `${statement}\n`).join('\n'))
      else io.stdout.write(`${out.green('ok')}  ${hub.sink} is set up\n`)
      return EXIT.ok
    })
  },
})
