import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { outcomesJson, RUN_OR_ALL, steerRuns } from '../lookup/meant-runs.ts'
import { BY_OPTION } from '../whoever.ts'
import { withRunner } from '../with-runner.ts'

export const unpause = defineCommand({
  description:
    'Lets a paused run go on. Where no process drives it any more, it is not paused from then on, and `lorc resume` ' +
    'goes on with it.',
  arguments: { run: RUN_OR_ALL },
  options: {
    all: { kind: 'flag', summary: 'Every run that is paused' },
    reason: { kind: 'text', label: 'TEXT', default: 'unpaused by hand', summary: 'Why: it is recorded' },
    ...BY_OPTION,
    ...JSON_OPTION,
  },
  examples: [
    ['unpause last', 'let the newest run go on'],
    ['unpause --all --reason "incident 7 is over"', 'let all of them go on'],
  ],
  async run(invocation) {
    const { io, options } = invocation
    const { all } = options
    return await withRunner(invocation, async (open) => {
      const { runs, exit } = await steerRuns(open, invocation, 'unpause')
      if (options.json) io.stdout.write(outcomesJson(runs, all))
      else if (runs.length === 0 && exit === EXIT.ok) io.stderr.write('no run is paused\n')
      else {
        for (const { runId, outcome } of runs) {
          if (outcome === 'requested') io.stdout.write(`${runId}: asked its driver to go on with it\n`)
          else io.stdout.write(`${runId}: not paused any more, and nobody drives it\nto go on with it: lorc resume ${runId}\n`)
        }
      }
      return exit
    })
  },
})
