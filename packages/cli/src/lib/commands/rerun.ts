import type { RunHandle } from '@lorc/runner'
import { defineCommand } from '../command-line/command.ts'
import { driving } from '../driving/driving.ts'
import { judgeRepetition } from '../driving/repetition.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { DRIVE_OPTIONS } from '../driving/run-options.ts'
import { BY_OPTION, whoever } from '../whoever.ts'

export const rerun = defineCommand({
  description:
    'Runs the same again, as it was recorded: plan, parameters, options, seed, and what it took over from another run. ' +
    'The recipe as it is now has no say; code is taken as it is now, and nothing is taken from the cache. Then it tells ' +
    'whether the same came out, or where it differs. The exit status is 0 when the run completes and came out as the ' +
    'recorded one did, if that one completed.',
  resultLine: true,
  arguments: { run: RUN_ARGUMENT },
  options: { reason: { kind: 'text', label: 'TEXT', default: 'run again by hand', summary: 'Why: it is recorded' }, ...BY_OPTION, ...DRIVE_OPTIONS },
  examples: [
    ['rerun last', 'the newest run once more: does the same come out?'],
    ['rerun ab12cd --concurrency 1', 'one step at a time: does the order matter?'],
  ],
  async run(invocation) {
    const { options, err, io } = invocation
    const { concurrency } = options
    let recorded = ''
    return await driving(
      invocation,
      options,
      async () => async ({ runner, store, record }) => {
        recorded = await findRun(store, invocation.arguments.run)
        const { rerunOf } = await import('@lorc/runner/records')
        const again = await rerunOf(store, recorded)
        for (const mended of again.mended) io.stderr.write(err.dim(`not done again: ${mended}\n`))
        const start = (): Promise<RunHandle> =>
          runner.start(again.plan, {
            ...again.options,
            ...(concurrency === undefined ? {} : { concurrency }),
            ...(options['fail-fast'] ? { failFast: true } : {}),
          })
        const asked = { action: 'run.rerun', runId: recorded, by: options.by ?? whoever(), reason: options.reason } as const
        return await record(asked, start, ({ runId }) => ({ outcome: 'done', rerun: runId }))
      },
      {
        ofRun: true,
        async judge({ runId }, { store }) {
          const { diffRuns, readRunRecord } = await import('@lorc/runner/records')
          const [then, now] = [await readRunRecord(store, recorded), await readRunRecord(store, runId)]
          const columns = io.stderr.isTTY ? io.stderr.columns : 200
          return judgeRepetition(then, now, diffRuns(then, now), { style: err, columns, of: 'rerun_of', success: 'completed', kept: true })
        },
      },
    )
  },
})
