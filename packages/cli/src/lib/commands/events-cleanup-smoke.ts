import { relative } from 'node:path'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { eventsOptions, SINK_OPTIONS } from '../events-options.ts'
import { EXIT } from '../exit-codes.ts'

export const eventsCleanupSmoke = defineCommand({
  description:
    'Removes what was emitted with `--smoke-namespace NS`: the local database, and in BigQuery the dataset smoke_NS with all ' +
    'that is in it. Nothing is touched that is not named smoke_*.',
  arguments: { namespace: { label: 'NS', summary: 'The namespace, as it was given to --smoke-namespace', required: true } },
  options: {
    'dry-run': { kind: 'flag', summary: 'Tell what would go' },
    ...JSON_OPTION,
    sink: SINK_OPTIONS.sink,
  },
  examples: [
    ['events cleanup-smoke pr_7 --dry-run', 'what there is'],
    ['events cleanup-smoke pr_7', 'remove it'],
  ],
  async run({ io, options, workspace, arguments: { namespace } }) {
    const loaded = await workspace()
    const dryRun = options['dry-run']
    const settings = eventsOptions(loaded, io.env, { sink: options.sink, 'smoke-namespace': namespace })
    const { removeSmokeEvents } = await import('@lorc/event-client')
    const { files, dataset, tables } = await removeSmokeEvents({ ...settings, namespace, dryRun })
    const paths = files.map((file) => relative(loaded.root, file))
    if (options.json) io.stdout.write(`${JSON.stringify({ namespace, dry_run: dryRun, files: paths, dataset: dataset ?? null, tables }, null, 2)}\n`)
    else {
      const found = [...paths, ...tables.map((table) => `${dataset}.${table}`)]
      const verb = dryRun ? 'would remove' : 'removed'
      if (found.length > 0) io.stdout.write(found.map((name) => `${verb} ${name}\n`).join(''))
      else io.stderr.write(`there is nothing of smoke_${namespace}\n`)
    }
    return EXIT.ok
  },
})
