import type { Verification } from '@lorc/runner'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { count } from '../render/quantity.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { withRunner } from '../with-runner.ts'

export const verify = defineCommand({
  description:
    "Checks that a run's journal is as it was written: every event holds the hash of the one before it. Changing " +
      "one byte of history is found, and the first bad event is named.",
  arguments: { run: RUN_ARGUMENT },
  options: JSON_OPTION,
  examples: [['verify last', 'check the newest run']],
  async run(invocation) {
    const { io, out, options } = invocation
    return await withRunner(invocation, async ({ runner, store }) => {
      const runId = await findRun(store, invocation.arguments.run)
      const checked = await runner.verify(runId)
      if (options.json) io.stdout.write(`${JSON.stringify({ run_id: runId, ...fieldsOf(checked) })}\n`)
      else if (checked.ok) {
        io.stdout.write(
          `${out.green('ok')}  ${runId}: ${count(checked.events, 'event')}, the last with hash ${checked.hash}\n`,
        )
      } else {
        io.stdout.write(`${out.red('broken')}  ${runId}: event ${checked.badSeq} is bad: ${checked.reason}\n`)
      }
      return checked.ok ? EXIT.ok : EXIT.failed
    })
  },
})

function fieldsOf(checked: Verification): object {
  if (checked.ok) return checked
  const { badSeq, ...rest } = checked
  return { ...rest, bad_seq: badSeq }
}
