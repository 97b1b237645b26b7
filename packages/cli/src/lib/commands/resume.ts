import { defineCommand } from '../command.ts'
import { driving } from '../driving.ts'
import { findRun, RUN_ARGUMENT } from '../run-lookup.ts'
import { DRIVE_OPTIONS } from '../run-options.ts'

export const resume = defineCommand({
  description:
    'Goes on with a run from what its journal holds: completed steps keep their results, everything else runs. ' +
      'The recorded plan is run, not the recipe as it is now. Of a completed run it prints the result again and ' +
      'runs nothing.',
  resultLine: true,
  arguments: { run: RUN_ARGUMENT },
  options: DRIVE_OPTIONS,
  examples: [
    ['resume last', 'go on with the newest run'],
    ['resume ab12cd', 'the last part of an id will do'],
  ],
  async run(invocation) {
    const { options } = invocation
    const { concurrency } = options
    return await driving(invocation, options, async () => async ({ runner, store }) =>
      runner.resume(await findRun(store, invocation.arguments.run), {
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(options['fail-fast'] ? { failFast: true } : {}),
      }),
    )
  },
})
