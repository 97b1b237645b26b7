import { defineCommand, JSON_OPTION } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun, RUN_ARGUMENT } from '../run-lookup.ts'
import { BY_OPTION, whoever } from '../whoever.ts'
import { withRunner } from '../with-runner.ts'

export const unpause = defineCommand({
  description:
    'Lets a paused run go on. Where no process drives it any more, it is not paused from then on, and `lorc resume` ' +
    'goes on with it.',
  arguments: { run: RUN_ARGUMENT },
  options: {
    reason: { kind: 'text', label: 'TEXT', default: 'unpaused by hand', summary: 'Why: it is recorded' },
    ...BY_OPTION,
    ...JSON_OPTION,
  },
  examples: [['unpause last', 'let the newest run go on']],
  async run(invocation) {
    const { io, options } = invocation
    return await withRunner(invocation, async ({ runner, store, record }) => {
      const runId = await findRun(store, invocation.arguments.run)
      const asked = { by: options.by ?? whoever(), reason: options.reason }
      const outcome = await record({ action: 'run.unpause', runId, ...asked }, () => runner.unpause(runId, asked), (did) => ({ outcome: did }))
      if (options.json) io.stdout.write(`${JSON.stringify({ run_id: runId, outcome })}\n`)
      else if (outcome === 'requested') io.stdout.write(`${runId}: asked its driver to go on with it\n`)
      else io.stdout.write(`${runId}: not paused any more, and nobody drives it\nto go on with it: lorc resume ${runId}\n`)
      return EXIT.ok
    })
  },
})
