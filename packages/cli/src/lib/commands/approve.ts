import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { waitingApprovals } from '../run-state.ts'
import { duration, timestamp } from '../render/quantity.ts'
import type { Style } from '../render/style.ts'
import { oneLine } from '../render/text.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { checkRunStep } from '../lookup/step-names.ts'
import { type Waiting, waitingWithin } from '../lookup/waiting-within.ts'
import { BY_OPTION, whoever } from '../whoever.ts'
import { withRunner } from '../with-runner.ts'

export const approve = defineCommand({
  description:
    'Decides on a step that waits for an approval: it completes, or with --reject it fails. Without STEP it lists what ' +
    'waits in the run and in those of its steps. The decision is recorded with who made it and why, whether a process drives the run or not.',
  arguments: {
    run: RUN_ARGUMENT,
    step: { label: 'STEP', summary: 'The step that waits. Without it: list those that do', required: false },
  },
  options: {
    reject: { kind: 'flag', summary: 'Reject it: the step fails with APPROVAL_REJECTED' },
    reason: { kind: 'text', label: 'TEXT', summary: 'Why: it is recorded. Default: approved (or rejected) by hand' },
    ...BY_OPTION,
    ...JSON_OPTION,
  },
  examples: [
    ['approve last', 'list what waits in the newest run'],
    ['approve last publish --by ann --reason "numbers checked"', 'let the step go on'],
    ['approve ab12cd publish --reject --reason "wrong month"', 'let it fail'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const { step } = invocation.arguments
    const { reject, json, by = whoever(), reason = `${reject ? 'rejected' : 'approved'} by hand` } = options
    return await withRunner(invocation, async ({ runner, store, record }) => {
      const runId = await findRun(store, invocation.arguments.run)
      const view = await runner.view(runId)
      if (step === undefined) {
        const deciding = reject ? '--reject' : options.reason !== undefined ? '--reason' : options.by !== undefined ? '--by' : undefined
        if (deciding !== undefined) {
          const waiting = waitingApprovals(view).map(({ name }) => name)
          throw new CliError('CLI_ARGUMENT_MISSING', `STEP is missing: ${deciding} decides on a step.`, {
            fix: waiting.length === 0 ? `nothing waits for an approval in ${runId}.` : `those that wait: ${waiting.join(', ')}`,
          })
        }
        return list(await waitingWithin(runner, view), { runId, io, style: out, json })
      }
      checkRunStep(view, step)
      const asked = { action: 'run.approve', runId, by, reason, asked: { step, approved: !reject } } as const
      const outcome = await record(asked, () => runner.approve(runId, step, { approved: !reject, by, reason }), (did) => ({ outcome: did }))
      const decided = reject ? 'rejected' : 'approved'
      if (json) io.stdout.write(`${JSON.stringify({ run_id: runId, step, approved: !reject, outcome })}\n`)
      else if (outcome === 'requested') io.stdout.write(`${runId}: ${decided} ${step}; its driver is told\n`)
      else io.stdout.write(`${runId}: ${decided} ${step}; nobody drives it\nto go on with it: lorc resume ${runId}\n`)
      return EXIT.ok
    })
  },
})

function list(waiting: readonly Waiting[], { runId, io, style, json }: { runId: string; io: Io; style: Style; json: boolean }): number {
  if (json) io.stdout.write(`${JSON.stringify(waiting.map(fieldsOf), null, 2)}\n`)
  else if (waiting.length === 0) io.stderr.write(`nothing waits for an approval in ${runId}\n`)
  else io.stdout.write(waiting.map((step) => paragraph(step, style, io.now())).join('\n'))
  return EXIT.ok
}

function paragraph({ name, approval, runId }: Waiting, style: Style, now: number): string {
  const { message, by, requestedAt, expiresAt } = approval
  const until = expiresAt === null ? '' : `, until ${timestamp(expiresAt)}`
  const lines = [
    `${style.bold(name)}${message === '' ? '' : `: ${oneLine(message)}`}`,
    `  waits for ${duration(now - requestedAt)}${until}; ${by === null ? 'anybody' : by.map(oneLine).join(', ')} may decide`,
    `  lorc approve ${runId} ${name} --by ${by?.[0] === undefined ? 'NAME' : oneLine(by[0])} --reason TEXT`,
  ]
  return `${lines.join('\n')}\n`
}

function fieldsOf({ name, approval, runId }: Waiting): object {
  return {
    run_id: runId,
    step: name,
    message: approval.message,
    by: approval.by,
    requested_at: new Date(approval.requestedAt).toISOString(),
    expires_at: approval.expiresAt === null ? null : new Date(approval.expiresAt).toISOString(),
  }
}
