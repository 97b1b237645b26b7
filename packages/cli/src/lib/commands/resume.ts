import type { RunHandle } from '@lorc/runner'
import { defineCommand } from '../command-line/command.ts'
import { driving } from '../driving/driving.ts'
import { AboutRun } from '../errors.ts'
import { mendedBy, repairOf, REPAIR_OPTIONS } from '../lookup/repair.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { checkRunStep } from '../lookup/step-names.ts'
import { DRIVE_OPTIONS } from '../driving/run-options.ts'
import { whoever } from '../whoever.ts'

export const resume = defineCommand({
  description:
    'Goes on with a run from what its journal holds: completed steps keep their results, everything else runs. ' +
      'The recorded plan is run, not the recipe as it is now. Of a completed run it prints the result again and ' +
      'runs nothing. It can mend the run first: --skip, --set and --from, each recorded with who did it and why.',
  resultLine: true,
  arguments: { run: RUN_ARGUMENT },
  options: { ...REPAIR_OPTIONS, ...DRIVE_OPTIONS },
  examples: [
    ['resume last', 'go on with the newest run'],
    ['resume ab12cd --reason "the upstream is back"', 'the last part of an id will do; say why'],
    ['resume last --skip notify --reason "told by hand"', 'go on as if `notify` were done'],
    ['resume last --set sales.rate_v1=1.07 --from report --reason typo', 'do the report again, with another value'],
  ],
  async run(invocation) {
    const { options } = invocation
    const { concurrency } = options
    const repair = repairOf(options)
    return await driving(invocation, options, async () => async ({ runner, store, record }) => {
      const runId = await findRun(store, invocation.arguments.run)
      if (repair !== undefined) {
        const view = await runner.view(runId)
        for (const step of [...(repair.skip ?? []), ...(repair.from ?? [])]) checkRunStep(view, step)
      }
      const resume = (): Promise<RunHandle> =>
        runner.resume(runId, {
          ...(concurrency === undefined ? {} : { concurrency }),
          ...(options['fail-fast'] ? { failFast: true } : {}),
          ...(repair === undefined ? {} : { repair }),
        })
      const { by = whoever(), reason = 'resumed by hand' } = options
      const asked = { action: 'run.resume', runId, by, reason, ...(repair && { asked: mendedBy(repair) }) } as const
      return await record(asked, resume, () => ({ outcome: 'done' })).catch((error: unknown) => {
        throw new AboutRun(runId, error)
      })
    }, { ofRun: true })
  },
})
