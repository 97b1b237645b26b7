import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { outcomesJson, RUN_OR_ALL, steerRuns } from '../lookup/meant-runs.ts'
import { BY_OPTION } from '../whoever.ts'
import { withRunner } from '../with-runner.ts'

const SAYS = {
  requested: 'asked its driver to pause it: what runs is finished, nothing begins',
  done: 'paused: nobody was driving it',
} as const

export const pause = defineCommand({
  description:
    'Lets the steps of a run that are at work finish and no other begin, until `lorc unpause`. It stays paused ' +
    'whatever becomes of the process that drives it; approvals can be decided meanwhile.',
  arguments: { run: RUN_OR_ALL },
  options: {
    all: { kind: 'flag', summary: 'Every run that goes on; none is kept from being started after that' },
    reason: { kind: 'text', label: 'TEXT', default: 'paused by hand', summary: 'Why: it is recorded' },
    ...BY_OPTION,
    ...JSON_OPTION,
  },
  examples: [
    ['pause last', 'pause the newest run'],
    ['pause ab12cd --reason "the database is down"', 'say why'],
    ['pause --all --reason "incident 7"', 'pause whatever goes on'],
  ],
  async run(invocation) {
    const { io, options } = invocation
    const { all } = options
    return await withRunner(invocation, async (open) => {
      const { runs, exit } = await steerRuns(open, invocation, 'pause')
      if (options.json) io.stdout.write(outcomesJson(runs, all))
      else {
        for (const { runId, outcome } of runs) io.stdout.write(`${runId}: ${SAYS[outcome]}\n`)
        if (runs.length === 0 && exit === EXIT.ok) io.stderr.write('no run goes on that is not paused\n')
        else if (runs.length > 0) io.stdout.write(`to let ${all ? 'them' : 'it'} go on: lorc unpause ${all ? '--all' : runs[0]!.runId}\n`)
      }
      return exit
    })
  },
})
