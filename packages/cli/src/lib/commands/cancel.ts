import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { BY_OPTION, whoever } from '../whoever.ts'
import { withRunner } from '../with-runner.ts'

const SAYS = {
  requested: 'asked its driver to cancel it',
  cancelled: 'cancelled: nobody was driving it',
  already_ended: 'had ended already',
} as const

export const cancel = defineCommand({
  description:
    'Asks whoever drives a run to cancel it; a run that nobody drives is cancelled here and now. What completed ' +
      'stays; `lorc resume` can go on with it.',
  arguments: { run: RUN_ARGUMENT },
  options: {
    reason: { kind: 'text', label: 'TEXT', default: 'cancelled by hand', summary: 'Why: it is recorded' },
    ...BY_OPTION,
    ...JSON_OPTION,
  },
  examples: [
    ['cancel last', 'cancel the newest run'],
    ['cancel ab12cd --reason "wrong input"', 'say why'],
  ],
  async run(invocation) {
    const { io, options } = invocation
    return await withRunner(invocation, async ({ runner, store, record }) => {
      const runId = await findRun(store, invocation.arguments.run)
      const asked = { by: options.by ?? whoever(), reason: options.reason }
      const outcome = await record({ action: 'run.cancel', runId, ...asked }, () => runner.cancel(runId, asked), (did) => ({ outcome: did === 'cancelled' ? 'done' : did }))
      io.stdout.write(options.json ? `${JSON.stringify({ run_id: runId, outcome })}\n` : `${runId}: ${SAYS[outcome]}\n`)
      return EXIT.ok
    })
  },
})
