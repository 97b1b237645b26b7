import { relative, resolve } from 'node:path'
import type { MissingFile } from '@lorc/runner/records'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { bytes, count } from '../render/quantity.ts'
import { oneLine } from '../render/text.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { withRunner } from '../with-runner.ts'

/** Missing files that are named. */
const NAMED = 5

export const runsBundle = defineCommand({
  description:
    'Writes a run into one file that can be carried elsewhere, read with ordinary tools (gzip, a JSON object a line) and ' +
    'repeated with `lorc replay`: its plan, parameters, journal, context, logs, the files that its steps left, its code, the ' +
    'runs of its steps, and hashes of everything.',
  arguments: { run: RUN_ARGUMENT },
  options: {
    output: { kind: 'text', label: 'FILE', short: 'o', summary: 'Default: RUN.lorc.gz in the current folder' },
    ...JSON_OPTION,
  },
  examples: [
    ['runs bundle last', 'the newest run'],
    ['runs bundle ab12cd -o failed.lorc.gz', 'one to attach to a bug report'],
  ],
  async run(invocation) {
    const { io, out, options, version } = invocation
    return await withRunner(invocation, async ({ runner, store }) => {
      const runId = await findRun(store, invocation.arguments.run)
      const { root: workspace } = await invocation.workspace()
      const { writeBundle } = await import('@lorc/runner/records')
      const file = resolve(io.cwd, options.output ?? `${runId}.lorc.gz`)
      const logPath = (id: string, step: string, attempt: number): Promise<string> => runner.logPath(id, step, attempt)
      const written = await writeBundle({ store, workspace, logPath, versions: { lorc: version } }, runId, file)
      if (options.json) io.stdout.write(`${JSON.stringify({ run_id: runId, file, ...written }, null, 2)}\n`)
      else {
        for (const line of missingLines(written.missing)) io.stderr.write(out.dim(`${line}\n`))
        const runs = written.runs > 1 ? `${count(written.runs, 'run')}, ` : ''
        io.stdout.write(`${relative(io.cwd, file) || file}: ${runs}${count(written.files, 'file')}, ${bytes(written.bytes)}\n`)
      }
      return EXIT.ok
    })
  },
})

const WHY = { gone: 'gone', changed: 'changed since', outside: 'outside the workspace' } as const

function missingLines(missing: readonly MissingFile[]): string[] {
  const more = missing.length - NAMED
  const named = missing.slice(0, NAMED).map(({ path, why }) => `not in it: ${oneLine(path)} (${WHY[why]})`)
  return more > 0 ? [...named, `and ${count(more, 'more file')} not in it; --json names all`] : named
}
