import { resolve } from 'node:path'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { crashText } from '../render/crash-text.ts'
import { givenParams } from '../driving/run-params.ts'
import { deeplySnakeCased } from '../snake-case.ts'

export const crashTest = defineCommand({
  description:
    'Finds the steps that are not safe to run again. Runs a recipe in scratch copies of the workspace, kills it (SIGKILL) at ' +
    'each place of its journal, resumes it, and compares how it ends with a run that nobody killed: the context and every ' +
    'file. What steps do outside of the workspace (requests, mails) they really do, many times. Approvals are given.',
  arguments: { file: { label: 'FILE', summary: 'The recipe', required: true } },
  options: {
    at: { kind: 'integer', label: 'SEQ', min: 0, summary: 'Only before and after this event of the journal; `lorc explain` counts them from 0' },
    param: { kind: 'repeated', label: 'NAME=VALUE', short: 'p', summary: 'A parameter of the recipe; may be repeated' },
    'params-file': { kind: 'text', label: 'FILE', summary: 'Parameters as JSON or YAML; --param comes first' },
    ...JSON_OPTION,
  },
  examples: [
    ['crash-test recipes/daily.yaml', 'kill it everywhere; ends with 1 if anything came out otherwise'],
    ['crash-test recipes/daily.yaml --at 4', 'kill it before and after the event 4 alone'],
  ],
  async run(invocation) {
    const { io, out, engine, options, version } = invocation
    const file = resolve(io.cwd, invocation.arguments.file)
    const workspace = await invocation.workspace()
    const { plan } = await engine.compile(file, workspace)
    const params = await givenParams(plan, options, io.cwd)
    const { crashTest: test } = await import('../crash-test/crash-test.ts')
    const stop = new AbortController()
    const offInterrupt = io.onInterrupt(() => stop.abort())
    try {
      const onProgress = (done: number, total: number): void => {
        if (io.stderr.isTTY) io.stderr.write(`\r${done} of ${total} places${done === total ? '\n' : ' '}`)
        else if (done === 0) io.stderr.write(`${total} places to kill it at\n`)
      }
      const report = await test({ workspace, file, params, version, at: options.at, onProgress, signal: stop.signal })
      io.stdout.write(
        options.json ? `${JSON.stringify(deeplySnakeCased(report), null, 2)}\n` : crashText(report, out, io.stdout.isTTY ? io.stdout.columns : 100),
      )
      return report.crashes.length === 0 && !stop.signal.aborted ? EXIT.ok : EXIT.failed
    } finally {
      offInterrupt()
    }
  },
})
