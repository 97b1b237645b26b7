import { dirname, resolve } from 'node:path'
import { defineCommand } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { inspectRun } from '../lookup/inspect-run.ts'
import { writeOutput } from '../output-file.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { withRunner } from '../with-runner.ts'

const KIB = 1024

export const report = defineCommand({
  description:
    'Tells all about a run in one file. html: a page that needs no network, with what went wrong, where the time went, every ' +
    'step with its log, the graph, the context with who wrote what, and the files. md: the same in short, for a comment.',
  arguments: { run: RUN_ARGUMENT },
  options: {
    format: { kind: 'choice', choices: ['html', 'md'], default: 'html', summary: 'A page, or Markdown' },
    output: { kind: 'text', label: 'FILE', short: 'o', summary: 'Write there instead of to stdout' },
    'log-kib': { kind: 'integer', label: 'N', min: 0, default: 16, summary: "Of each step's log, from its end, in KiB" },
  },
  examples: [
    ['report last -o report.html', 'everything about the newest run, as a page'],
    ['report last --format md', 'in short, to paste into a pull request'],
    ['report ab12cd -o r.html --log-kib 256', 'with more of the logs'],
  ],
  async run(invocation) {
    const { io, options, version } = invocation
    return await withRunner(invocation, async (open) => {
      const runId = await findRun(open.store, invocation.arguments.run)
      const { root } = await invocation.workspace()
      const { collectReport } = await import('../report/collect-report.ts')
      const folder = dirname(resolve(io.cwd, options.output ?? 'report.html'))
      const asked = { logBytes: options['log-kib'] * KIB, env: io.env, root, folder, version, now: io.now() }
      const data = await collectReport(open, await inspectRun(open, runId, io.now()), asked)
      if (options.format === 'md') await writeOutput(io, options.output, (await import('../report/markdown.ts')).markdown(data))
      else {
        const [{ html }, { pageFiles }] = await Promise.all([import('../report/html.ts'), import('../report/page-files.ts')])
        await writeOutput(io, options.output, html(data, pageFiles()))
      }
      return EXIT.ok
    })
  },
})
