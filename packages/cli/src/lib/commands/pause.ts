import { defineCommand, JSON_OPTION } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun, RUN_ARGUMENT } from '../run-lookup.ts'
import { BY_OPTION, whoever } from '../whoever.ts'
import { withRunner } from '../with-runner.ts'

const SAYS = {
  requested: 'asked its driver to pause it: what runs is finished, nothing begins',
  done: 'paused: nobody was driving it',
} as const

export const pause = defineCommand({
  description:
    'Lets the steps of a run that are at work finish and no other begin, until `lorc unpause`. It stays paused ' +
    'whatever becomes of the process that drives it; approvals can be decided meanwhile.',
  arguments: { run: RUN_ARGUMENT },
  options: {
    reason: { kind: 'text', label: 'TEXT', default: 'paused by hand', summary: 'Why: it is recorded' },
    ...BY_OPTION,
    ...JSON_OPTION,
  },
  examples: [
    ['pause last', 'pause the newest run'],
    ['pause ab12cd --reason "the database is down"', 'say why'],
  ],
  async run(invocation) {
    const { io, options } = invocation
    return await withRunner(invocation, async ({ runner, store, record }) => {
      const runId = await findRun(store, invocation.arguments.run)
      const asked = { by: options.by ?? whoever(), reason: options.reason }
      const outcome = await record({ action: 'run.pause', runId, ...asked }, () => runner.pause(runId, asked), (did) => ({ outcome: did }))
      if (options.json) io.stdout.write(`${JSON.stringify({ run_id: runId, outcome })}\n`)
      else io.stdout.write(`${runId}: ${SAYS[outcome]}\nto let it go on: lorc unpause ${runId}\n`)
      return EXIT.ok
    })
  },
})
