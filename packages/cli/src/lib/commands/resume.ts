import { defineCommand } from '../command.ts'
import { driving } from '../driving.ts'
import { AboutRun } from '../errors.ts'
import { repairOf, REPAIR_OPTIONS } from '../repair.ts'
import { findRun, RUN_ARGUMENT } from '../run-lookup.ts'
import { checkRunStep } from '../step-names.ts'
import { DRIVE_OPTIONS } from '../run-options.ts'

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
    ['resume ab12cd', 'the last part of an id will do'],
    ['resume last --skip notify --reason "told by hand"', 'go on as if `notify` were done'],
    ['resume last --set sales.rate_v1=1.07 --from report --reason typo', 'do the report again, with another value'],
  ],
  async run(invocation) {
    const { options } = invocation
    const { concurrency } = options
    const repair = repairOf(options)
    return await driving(invocation, options, async () => async ({ runner, store }) => {
      const runId = await findRun(store, invocation.arguments.run)
      if (repair !== undefined) {
        const view = await runner.view(runId)
        for (const step of [...(repair.skip ?? []), ...(repair.from ?? [])]) checkRunStep(view, step)
      }
      const resumed = runner.resume(runId, {
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(options['fail-fast'] ? { failFast: true } : {}),
        ...(repair === undefined ? {} : { repair }),
      })
      return await resumed.catch((error: unknown) => {
        throw new AboutRun(runId, error)
      })
    })
  },
})
