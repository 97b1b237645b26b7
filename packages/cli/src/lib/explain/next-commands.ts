import { parseItemName, type RunView } from '@lorc/runner'
import type { RunStory, StepStory } from '@lorc/runner/insight'
import { count } from '../render/quantity.ts'
import { isResumable } from '../lookup/resumable.ts'
import type { Waiting } from '../lookup/waiting-within.ts'
import { ownError } from './own-error.ts'

/** A command line, complete, and what it does. */
export type NextCommand = readonly [line: string, does: string]

const DECIDE = '--by NAME --reason TEXT'
const MOST_NAMED = 4

/**
 * What a person may want to do about a run, the likeliest first. `inside`: what the runs of its steps wait for; `runId`: how
 * the commands name it; `now`: Unix milliseconds.
 */
export function nextForRun(view: RunView, story: RunStory, inside: readonly Waiting[], runId: string, now: number): NextCommand[] {
  const failed = story.failures.filter(({ tolerated }) => !tolerated)
  const [failure] = failed
  const commands: NextCommand[] = []
  if (view.paused !== null) commands.push([`lorc unpause ${runId}`, 'let it go on'])
  const asked = [...story.approvals.map((one) => ({ ...one, run: runId })), ...inside.map(({ name, approval, runId: other }) => ({ step: name, approval, run: short(other, runId) }))]
  for (const { step, approval, run } of asked) if (now < (approval.expiresAt ?? Infinity)) commands.push([`lorc approve ${run} ${word(step)} ${DECIDE}`, 'let it go on (--reject: do not)'])
  if (failure !== undefined) {
    commands.push([`lorc explain ${runId} ${word(failure.step)}`, `all about ${failure.step}`])
    if (failure.attempts > 0 && !isApproval(view, failure.step)) commands.push([`lorc runs logs ${runId} ${word(failure.step)}`, 'what it printed'])
  }
  if (isResumable(view)) {
    // A handler that failed after a run had ended by itself is in nobody's way.
    const due = ownError(view, story) === null ? failed : failed.filter(({ step }) => isOfMain(view, step))
    commands.push([`lorc resume ${runId}`, due[0] === undefined ? 'go on from there' : again(due[0].step, due[0].blocks.length, due.length - 1)])
    if (due.length > 0) commands.push(skipping(due.map(({ step }) => step), runId))
  }
  if (view.status === 'running' && !view.abandoned && asked.length === 0) commands.push([`lorc runs logs ${runId} -f`, 'watch it'])
  if (view.status === 'completed') commands.push([`lorc report ${runId} -o report.html`, 'everything, as a page'])
  return commands
}

/** What a person may want to do about a step, the likeliest first. `runId`: how the commands name the run. */
export function nextForStep(view: RunView, story: StepStory, runId = view.runId): NextCommand[] {
  const { step, status, approval } = story
  const commands: NextCommand[] = []
  if (approval !== null && approval.decision === null && (status === 'running' || status === 'waiting')) {
    commands.push([`lorc approve ${runId} ${word(step)} ${DECIDE}`, 'let it go on (--reject: do not)'])
  }
  if (story.blockedFirstBy !== null) commands.push([`lorc explain ${runId} ${word(story.blockedFirstBy)}`, 'why that one did not complete'])
  if (status === 'waiting' && view.paused !== null) commands.push([`lorc unpause ${runId}`, 'let the run go on'])
  if (story.attempts.length > 0 && story.childRun === null && story.approval === null) {
    const attempts = story.attempts.length === 1 ? '' : ' (--attempt N: an earlier attempt)'
    commands.push([`lorc runs logs ${runId} ${word(step)}`, `what it printed${attempts}`])
  }
  if (story.childRun !== null) commands.push([`lorc explain ${short(story.childRun, runId)}`, 'the run that it is'])
  if (isResumable(view) && status !== 'completed' && status !== 'skipped' && status !== 'blocked') {
    commands.push([`lorc resume ${runId}`, again(step, story.blocks.length)])
    commands.push([`lorc resume ${runId} --skip ${word(step)} ${DECIDE}`, `go on as if ${step} were done`])
  }
  if (status === 'completed' && (view.status === 'completed' || isResumable(view))) {
    commands.push([`lorc resume ${runId} --from ${word(step)} ${DECIDE}`, 'run it again, and all that depends on it'])
  }
  return commands
}

function isOfMain({ plan }: RunView, step: string): boolean {
  const of = parseItemName(step)?.step ?? step
  return plan.steps.some(({ name, phase }) => name === of && (phase ?? 'main') === 'main')
}

/** An approval prints nothing. */
function isApproval({ steps }: RunView, step: string): boolean {
  return steps.some(({ name, approval }) => name === step && approval !== null)
}

/** Of very many that failed the command names one: which of them may be skipped is to be decided one by one. */
function skipping(steps: readonly string[], runId: string): NextCommand {
  const named = steps.length > MOST_NAMED ? steps.slice(0, 1) : steps
  const does = named.length > 1 ? `go on as if these ${named.length} steps were done` : `go on as if ${named[0]} were done${steps.length > 1 ? '; of more, name each' : ''}`
  return [`lorc resume ${runId} --skip ${named.map(word).join(',')} ${DECIDE}`, does]
}

/** `more`: others that failed. */
function again(step: string, blocks: number, more = 0): string {
  if (more > 0) return `run ${step} and ${more} more again, then what waits for them`
  return blocks === 0 ? `run ${step} again` : `run ${step} again, then the ${count(blocks, 'step')} behind it`
}

/** A step's name as a word of a shell: the brackets of an item's would be a pattern. */
function word(step: string): string {
  return step.includes('[') ? `'${step}'` : step
}

/** Another run, named as this one is. */
function short(other: string, runId: string): string {
  return runId.startsWith('run_') ? other : shortId(other)
}

/** The last part of a run's id: commands take it, and it is short enough to be typed. */
export function shortId(runId: string): string {
  return runId.slice(runId.lastIndexOf('_') + 1)
}
