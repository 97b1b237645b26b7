import type { RunView, StepState } from '@lorc/runner'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { shortId } from '../explain/next-commands.ts'
import { jobNotes } from '../render/job-notes.ts'
import { paintStatus } from '../render/marks.ts'
import { bytes, duration, timestamp } from '../render/quantity.ts'
import { cancellingLines, paintRunStatus } from '../render/run-status.ts'
import type { Style } from '../render/style.ts'
import { type Cell, table } from '../render/table.ts'
import { harmless, nameRoom, oneLine, truncate, wrap } from '../render/text.ts'
import { isResumable } from '../lookup/resumable.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { runState } from '../run-state.ts'
import { runJson } from '../lookup/run-json.ts'
import { type Waiting, waitingWithin } from '../lookup/waiting-within.ts'
import { withRunner } from '../with-runner.ts'

export const runsShow = defineCommand({
  description:
    'Shows what became of a run and of each of its steps: status, time, attempts, what it cost, and what went wrong.',
  arguments: { run: RUN_ARGUMENT },
  options: JSON_OPTION,
  examples: [
    ['runs show last', 'the newest run'],
    ['runs show ab12cd --json', 'everything that is known of a run, for a program'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    return await withRunner(invocation, async ({ runner, store }) => {
      const view = await runner.view(await findRun(store, invocation.arguments.run))
      const parent = view.parent && { ...view.parent, name: (await store.get(view.parent.runId))?.name ?? null }
      const columns = io.stdout.isTTY ? io.stdout.columns : Number.POSITIVE_INFINITY
      const shown = { style: out, columns, now: view.abandoned ? null : io.now() }
      io.stdout.write(options.json ? `${JSON.stringify(runJson(view), null, 2)}\n` : text(view, parent, await waitingWithin(runner, view), shown))
      return EXIT.ok
    })
  },
})

interface Shown {
  style: Style
  columns: number
  /** Unix milliseconds. Null: nothing goes on any more. */
  now: number | null
}

/** The run whose step started this one; its name is null where it is gone. */
type Parent = { runId: string; step: string; name: string | null } | null

function text(view: RunView, parent: Parent, asked: readonly Waiting[], shown: Shown): string {
  const { style, columns, now } = shown
  const state = runState(view)
  const until = view.endedAt ?? now
  const took =
    until === null ? '' : `, ${view.endedAt === null ? 'for' : 'took'} ${duration(until - view.createdAt)}`
  const keys = view.context.keys().filter((key) => !key.startsWith('_runner.'))
  const status = paintRunStatus(state, style)(state === 'abandoned' ? 'running' : state)
  const unattended = view.abandoned ? style.yellow(', but nobody drives it') : ''
  const head = [
    `${style.bold(view.runId)}  ${oneLine(view.name)}`,
    `${status}${unattended}, begun ${timestamp(view.createdAt)}${took}`,
    ...cancellingLines(view, style),
    ...(view.provenance.time === view.createdAt ? [] : [`for ${timestamp(view.provenance.time)}`]),
    ...(parent === null ? [] : [`started by step ${oneLine(parent.step)} of ${oneLine(parent.name ?? 'a run that is gone')} (${parent.runId})`]),
    ...(view.recipe === null ? [] : [`recipe ${view.recipe.path}`]),
    ...(keys.length === 0 ? [] : [`context ${truncate(keys.sort().join(', '), columns - 'context '.length)}`]),
  ]
  const steps = table(
    ['STEP', 'STATUS', 'TOOK', 'TRIES', 'CPU', 'MEMORY', 'NOTE'],
    view.steps.map((step) => cells(step, shown)),
    style,
    { columns: columns - 1, narrow: ['NOTE', 'STEP'], omit: ['CPU', 'MEMORY', 'TRIES', 'TOOK', 'NOTE'] },
  )
  const wrapped = (lines: string[]): string[] => lines.flatMap((line) => wrap(line, columns))
  return `${[...wrapped(head), '', steps, ...wrapped([...failure(view, style), ...waiting(view, asked, style)])].join('\n')}\n`
}

function failure(view: RunView, style: Style): string[] {
  const lines: string[] = []
  if (view.error !== null) {
    const where = view.failedStep === null ? '' : `step \`${view.failedStep}\`: `
    lines.push('', `${style.red(`error[${view.error.code}]:`)} ${where}${harmless(view.error.message)}`)
    if (view.error.fix !== undefined) lines.push(`fix: ${view.error.fix}`)
  }
  if (view.paused !== null) return lines
  if (view.status === 'failed') lines.push(`why, and what to do: lorc explain ${view.runId}`)
  if (isResumable(view)) lines.push(...(lines.length === 0 ? [''] : []), `to go on from there: lorc resume ${view.runId}`)
  return lines
}

/** Whom it waits for. */
function waiting(view: RunView, asked: readonly Waiting[], style: Style): string[] {
  const { runId, paused } = view
  const lines: string[] = []
  if (paused !== null) {
    lines.push('', `${style.yellow('paused')} by ${oneLine(paused.by)}: ${oneLine(paused.reason)}`, `to let it go on: lorc unpause ${runId}`)
  }
  for (const { name, approval, runId: where } of asked) {
    const asks = approval.message === '' ? 'may it go on?' : oneLine(approval.message)
    lines.push('', `${style.yellow(`${name} asks:`)} ${asks}`, `to let it go on: lorc approve ${where} ${name} (or --reject)`)
  }
  return lines
}

function cells(step: StepState, { style, columns, now }: Shown): Cell[] {
  const { metrics } = step
  // The wall clock may have been set in the meantime; what an attempt measured is on one that never goes back.
  const until = step.endedAt ?? (step.status === 'running' ? now : null)
  const took = metrics?.wallMs ?? (step.startedAt === null || until === null ? null : until - step.startedAt)
  const cpu = metrics?.cpuUserMs == null ? null : metrics.cpuUserMs + (metrics.cpuSystemMs ?? 0)
  return [
    { text: truncate(step.name, nameRoom(columns)), paint: style.bold },
    { text: step.status, paint: paintStatus(step.status, style) },
    { text: took === null ? '-' : duration(took) },
    { text: step.attempts === 0 ? '-' : String(step.attempts) },
    { text: cpu === null ? '-' : duration(cpu) },
    { text: metrics?.peakRssBytes == null ? '-' : bytes(metrics.peakRssBytes) },
    { text: note(step), paint: style.dim },
  ]
}

function note(step: StepState): string {
  if (step.childRun !== null) return oneLine([`run ${shortId(step.childRun)}`, step.error?.code ?? step.reason ?? ''].join(' ').trimEnd())
  if (step.blockedBy !== null) return `by ${step.blockedBy}`
  if (step.approval !== null && step.approval.decision === null && step.status !== 'failed') return 'waits for an approval'
  if (step.error !== null && step.status !== 'completed' && step.status !== 'skipped') return step.error.code
  if (step.cached) return 'cached'
  if (step.importedFrom !== null) return `from ${step.importedFrom}`
  const made = new Set([...step.outputs, ...step.artifacts.map(({ path }) => path)])
  return oneLine(step.reason ?? [...made, ...(made.size === 0 ? jobNotes(step.meta) : [])].join(', '))
}
