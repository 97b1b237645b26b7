import type { RunView } from '@lorc/runner'
import { lengthOf, type PathStep, type RunStory, type RunTimeline } from '@lorc/runner/insight'
import { count, duration, timestamp } from '../render/quantity.ts'
import { cancellingLines, paintRunStatus } from '../render/run-status.ts'
import type { Style } from '../render/style.ts'
import { oneLine, truncate, wrap } from '../render/text.ts'
import type { Waiting } from '../lookup/waiting-within.ts'
import { ownError } from './own-error.ts'
import { listed, cannotBegin, stepsListed, TELLING_MS, waitFor } from './wording.ts'

export interface ToldRun {
  view: RunView
  timeline: RunTimeline
  story: RunStory
  /** Approvals that the runs of its steps wait for. */
  inside: readonly Waiting[]
  /** The last lines that the first failure's step printed. */
  log: readonly string[]
  /** Unix milliseconds. */
  now: number
}

const SHOWN = 3

/** The story of a run on one screen: what failed first and why, what that blocks, what waits, and where the time went. */
export function runLines(told: ToldRun, style: Style, columns: number): string[] {
  const { view, story } = told
  return [
    `${style.bold(view.runId)}  ${oneLine(view.name)}`,
    head(told, style),
    ...(view.paused === null ? [] : [`${style.yellow('paused')} by ${view.paused.by} on ${timestamp(view.paused.at)}: ${oneLine(view.paused.reason)}`]),
    ...cancellingLines(view, style),
    ...(view.parent === null ? [] : [`it is step ${view.parent.step} of ${view.parent.runId}`]),
    ...failures(told, style, columns),
    ...block('waiting', waiting(told), style),
    ...block('time', time(told, columns - 9), style),
    ...block('cache', story.cached.length === 0 ? [] : [`${stepsListed(story.cached)} taken from it`], style),
  ]
}

function head({ view, timeline, now }: ToldRun, style: Style): string {
  const status = paintRunStatus(view.status, style)(view.status)
  const counts = new Map<string, number>()
  for (const step of view.steps) if (step.itemOf === null) counts.set(step.status, (counts.get(step.status) ?? 0) + 1)
  const told = [...counts].map(([name, number]) => `${number} ${name}`).join(', ')
  const abandoned = view.abandoned ? style.yellow(`, but nobody drives it, and nothing happened for ${duration(now - timeline.until)}`) : ''
  const since = view.endedAt === null ? (view.abandoned ? '' : ` for ${duration(now - view.createdAt)}`) : ` after ${duration(view.endedAt - view.createdAt)}`
  return `${status}${abandoned}${since}, begun ${timestamp(view.createdAt)}: ${told}`
}

function block(title: string, lines: readonly string[], style: Style): string[] {
  return lines.map((line, index) => `${index === 0 ? '\n' : ''}${style.dim((index === 0 ? title : '').padEnd(7))}  ${line}`)
}

function failures({ view, story, log }: ToldRun, style: Style, columns: number): string[] {
  const lines: string[] = []
  const own = ownError(view, story)
  if (own !== null) {
    lines.push('', `${style.red(`error[${own.code}]:`)} ${oneLine(own.message)}`)
    if (own.fix !== undefined) lines.push(`fix: ${oneLine(own.fix)}`)
  }
  for (const [index, { step, at, attempts, error, blocks, tolerated }] of story.failures.slice(0, SHOWN).entries()) {
    const tries = attempts > 1 ? `, after ${attempts} attempts` : ''
    const mild = tolerated ? ', which the recipe tolerates' : ''
    lines.push('', `${style.bold(style.red(step))} failed ${duration(at - view.createdAt)} into the run${tries}${mild}`)
    lines.push(`  ${error.code}: ${truncate(oneLine(error.message), Math.max(40, columns * 3))}`)
    if (error.fix !== undefined) lines.push(`  fix: ${oneLine(error.fix)}`)
    if (index === 0 && log.length > 0) lines.push('  its log ends with:', ...log.map((line) => `    | ${truncate(oneLine(line), Math.max(40, columns - 6))}`))
    if (blocks.length > 0) lines.push(`  because of it, ${cannotBegin(blocks)}`)
  }
  if (story.failures.length > SHOWN) lines.push('', `and ${listed(story.failures.slice(SHOWN).map(({ step }) => step))} failed, too`)
  return lines
}

function waiting({ view, story, inside, now }: ToldRun): string[] {
  const asked = inside.map(({ name, runId, approval }) => ({ step: `${name} of ${runId}`, approval }))
  const lines = [...story.approvals, ...asked].map(({ step, approval }) => {
    const who = approval.by === null ? 'anybody' : listed(approval.by)
    const asked = oneLine(approval.message)
    const { expiresAt } = approval
    if (expiresAt !== null && expiresAt <= now) return `${step} waited for ${who} to decide until ${timestamp(expiresAt)}, and fails when the run goes on: ${asked}`
    return `${step} waits for ${who} to decide, for ${duration(now - approval.requestedAt)}: ${asked}`
  })
  for (const { step, since } of story.running.slice(0, SHOWN)) lines.push(`${step} runs, for ${duration(now - since)}`)
  if (story.running.length > SHOWN) lines.push(`and ${count(story.running.length - SHOWN, 'other step')} run`)
  for (const { step, since, kind, by } of story.waiting.slice(0, SHOWN)) {
    const why = view.abandoned && kind !== 'paused' ? waitFor('undriven', null) : waitFor(kind, by)
    lines.push(`${step} has waited ${duration(now - since)} ${why}`)
  }
  if (story.waiting.length > SHOWN) lines.push(`and ${count(story.waiting.length - SHOWN, 'other step')} could begin`)
  return lines
}

function time({ story, timeline }: ToldRun, columns: number): string[] {
  const { path, waitedMs, retried, peak } = story
  const lines: string[] = []
  if (path.length > 0) lines.push(...wrap(`longest chain: ${chain(path, 2 * columns - 25)}`, columns))
  const waits = Object.entries(waitedMs) as [keyof typeof waitedMs, number][]
  for (const [kind, ms] of waits) if (ms >= TELLING_MS && kind !== 'undriven') lines.push(`steps waited ${duration(ms)} in all ${waitFor(kind, null)}`)
  const undriven = timeline.halts.reduce((sum, halt) => (halt.kind === 'undriven' ? sum + lengthOf(halt, timeline.until) : sum), 0)
  if (undriven >= TELLING_MS) lines.push(`nobody drove the run for ${duration(undriven)} of it`)
  if (retried.length > 0) lines.push(`tried again: ${listed(retried.map(({ step, attempts }) => `${step} (${attempts} attempts)`))}`)
  if (peak > 1) lines.push(`at most ${peak} steps ran at once`)
  return lines
}

/** The path with its times; what took least is left out where it would not fit. */
function chain(path: readonly PathStep[], columns: number): string {
  const told = path.map(({ step, ranMs, waitedMs }) => `${step} ${duration(ranMs)}${waitedMs >= TELLING_MS ? ` (+ ${duration(waitedMs)} waiting)` : ''}`)
  if (told.join(' > ').length <= columns) return told.join(' > ')
  const longest = [...path.keys()].sort((a, b) => length(path[b]!) - length(path[a]!))
  const kept = new Set<number>()
  let room = columns
  for (const index of longest) {
    room -= told[index]!.length + 9
    if (room < 0 && kept.size > 0) break
    kept.add(index)
  }
  const parts: string[] = []
  for (const [index, text] of told.entries()) {
    if (kept.has(index)) parts.push(text)
    else if (parts.at(-1) !== '...') parts.push('...')
  }
  return parts.join(' > ')
}

function length({ ranMs, waitedMs }: PathStep): number {
  return ranMs + waitedMs
}
