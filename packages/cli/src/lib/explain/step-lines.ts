import type { RunView } from '@lorc/runner'
import { type CacheVerdict, isRetriedOn, type RunTimeline, type Span, type StepStory } from '@lorc/runner/insight'
import { jobNotes } from '../render/job-notes.ts'
import { paintStatus } from '../render/marks.ts'
import { count, duration, timestamp } from '../render/quantity.ts'
import type { Style } from '../render/style.ts'
import { harmless, oneLine } from '../render/text.ts'
import { isTelling, listed, cannotBegin, waitFor } from './wording.ts'

export interface ToldStep {
  view: RunView
  timeline: RunTimeline
  story: StepStory
  cache: CacheVerdict
  /** The log's last lines; only of a step that failed. */
  log: readonly string[]
}

/** Why a step is as it is: what became of it, whom it waited for, each attempt, and the cache. */
export function stepLines({ view, timeline, story, cache, log }: ToldStep, style: Style): string[] {
  const status = paintStatus(story.status, style)(story.status)
  const of = story.line.itemOf === null ? `${/^[aeiou]/.test(story.type) ? 'an' : 'a'} ${story.type} step` : `an item of ${story.line.itemOf}`
  const phase = story.phase === 'main' ? '' : `, ${story.phase}`
  return [
    `${style.bold(story.step)}  ${status}  ${style.dim(`${of}${phase} of ${oneLine(view.name)}, ${view.runId}`)}`,
    '',
    ...section('why', [...whyNow(story, view), ...order(story, timeline), ...decisions(story)], style),
    ...section('time', times(story, timeline), style),
    ...section('cache', cacheLines(story, cache), style),
    ...section('result', jobNotes(view.steps.find(({ name }) => name === story.step)?.meta ?? null), style),
    ...section('failure', failureLines(story, view, log, style), style),
  ]
}

function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.map((line, index) => `${style.dim((index === 0 ? title : '').padEnd(7))}  ${line}`)
}

function whyNow(story: StepStory, view: RunView): string[] {
  switch (story.status) {
    case 'blocked':
      return blocked(story)
    case 'skipped':
      return [`it was skipped${story.skippedBy === null ? '' : ` by ${story.skippedBy}`}: ${oneLine(story.reason ?? 'no reason was given')}`]
    case 'cancelled':
      return [`it was cancelled: ${oneLine(story.reason?.replace(/^Cancelled: /, '') ?? 'no reason was given')}`]
    case 'waiting':
      return waiting(story, view)
    case 'running':
    case 'completed':
    case 'failed':
      return []
  }
}

function blocked({ blockedBy, blockedFirstBy }: StepStory): string[] {
  const through = blockedFirstBy === blockedBy ? '' : `, for ${blockedFirstBy ?? 'a step'} before that did not complete`
  return [`it cannot begin: it waits for ${blockedBy ?? 'a step'}, which ${through === '' ? 'did not complete' : `is blocked itself${through}`}`]
}

function waiting(story: StepStory, view: RunView): string[] {
  if (story.open.length > 0) {
    const names = story.open.map(({ step, status }) => `${step} (${status})`)
    return [`it waits for ${count(names.length, 'step')}: ${listed(names)}`]
  }
  const span = story.line.spans.at(-1)
  if (view.abandoned) return ['it could begin, but nobody drives the run']
  if (span?.to !== null || span.kind === 'ran' || span.kind === 'items') return ['it waits for the part of the run before it']
  if (span.kind !== 'group' || story.group === null) return [`it waits ${waitFor(span.kind, span.by)}`]
  const holders = story.group.holders.map(({ runId, step }) => `${step} of ${runId}`)
  return [`it waits for concurrency group ${story.group.name}, which holds ${story.group.limit} at once: ${listed(holders)}`]
}

function order(story: StepStory, timeline: RunTimeline): string[] {
  const { line, waitsBy, waitsFor } = story
  if (story.importedFrom !== null) return [`its result was taken over from ${story.importedFrom}`]
  if (line.startedAt === null && story.status !== 'waiting') return []
  const from = line.readyAt === null ? '' : `, at ${duration(line.readyAt - timeline.createdAt)} into the run`
  if (line.after !== null) {
    const others = waitsFor.length - 1
    const how = waitsBy === 'names' ? 'it names that in depends_on' : 'the order of the recipe'
    const rest = others > 0 ? `, the last of ${waitsFor.length} that it waits for` : ''
    return [`it could begin when ${line.after} had ended${rest}${from} (${how})`]
  }
  if (line.readyAt === null) return []
  if (waitsBy === 'item') return [`it could begin when ${line.itemOf ?? ''} had its list${from}`]
  const resumed = line.readyAt > timeline.createdAt
  return [resumed ? `it could begin when the run was taken up again${from}` : 'no step is before it: it could begin at once']
}

function decisions({ reset, approval, childRun }: StepStory): string[] {
  const lines: string[] = []
  if (reset !== null) lines.push(`${reset.by === '_runner' ? 'lorc' : reset.by} had it run again on ${timestamp(reset.at)}: ${oneLine(reset.reason)}`)
  const decision = approval?.decision
  if (decision) lines.push(`${decision.by} ${decision.approved ? 'approved' : 'rejected'} it on ${timestamp(decision.at)}: ${oneLine(decision.reason)}`)
  else if (approval) {
    const who = approval.by === null ? 'anybody' : listed(approval.by)
    const until = approval.expiresAt === null ? '' : `, until ${timestamp(approval.expiresAt)}`
    lines.push(`asked: ${oneLine(approval.message) || 'may it go on?'} (${who} may decide${until})`)
  }
  if (childRun !== null) lines.push(`it is a run of its own: ${childRun}`)
  return lines
}

function times({ line, attempts, status }: StepStory, timeline: RunTimeline): string[] {
  const { until } = timeline
  const into = (at: number): string => `${duration(at - timeline.createdAt)} in`
  const lines: string[] = []
  for (const span of line.spans.filter(isTelling)) {
    const took = duration((span.to ?? until) - span.from)
    if (span.kind === 'ran') {
      const attempt = attempts.length > 1 ? `attempt ${span.attempt} ` : ''
      lines.push(`${into(span.from)}  ${attempt}${ended(span, took)}`)
    } else if (span.kind === 'items') lines.push(`${into(span.from)}  its ${count(line.items ?? 0, 'item')} ran for ${took}`)
    else lines.push(`${into(span.from)}  ${span.to === null ? 'has waited' : 'waited'} ${took} ${waitFor(span.kind, span.by)}`)
  }
  if (lines.length === 0 && (status === 'completed' || status === 'failed') && line.endedAt !== null) lines.push(`${into(line.endedAt)}  ${status}`)
  return lines
}

function ended({ end, cached }: Span & { kind: 'ran' }, took: string): string {
  if (cached) return 'was taken from the cache'
  if (end === null) return `has run for ${took}`
  return end === 'interrupted' ? `ran ${took} until its driver was gone` : `ran ${took} and ${end === 'cancelled' ? 'was cancelled' : end}`
}

function cacheLines(story: StepStory, cache: CacheVerdict): string[] {
  switch (cache.kind) {
    case 'off':
      return []
    case 'hit':
      return [`taken from the cache${cache.from === null ? '' : `: made by ${cache.from.runId} on ${timestamp(cache.from.at)}`}`]
    case 'first':
      return ['not in the cache: no result of this step had been kept']
    case 'files':
      return [`not taken from the cache: nothing that it is made from has changed since ${cache.nearest.runId}, but a file that it left was gone or altered`]
    case 'unknown':
      return story.attempts.length === 0 ? [] : ['not taken from the cache; it left no result to compare with earlier ones']
    case 'changed':
      return [
        `not taken from the cache: since ${cache.nearest.runId}, ${count(cache.differences.length, 'thing')} that it is made from changed`,
        ...cache.differences.slice(0, 10).map(({ part, before, now }) => `  ${part}: ${before ?? 'not there'} -> ${now ?? 'not there'}`),
        ...(cache.differences.length > 10 ? [`  and ${cache.differences.length - 10} more: --json shows them`] : []),
      ]
  }
}

function failureLines(story: StepStory, view: RunView, log: readonly string[], style: Style): string[] {
  const { error, status, blocks } = story
  const lines: string[] = []
  if (error !== null && status !== 'completed' && status !== 'skipped') {
    lines.push(`${style.red(`error[${error.code}]:`)} ${harmless(error.message).split('\n').join('\n         ')}`)
    if (error.fix !== undefined) lines.push(`fix: ${oneLine(error.fix)}`)
  }
  if (log.length > 0) lines.push('its log ends with:', ...log.map((line) => `  | ${oneLine(line)}`))
  lines.push(...notTriedAgain(story, view))
  if (story.retryAt !== null) lines.push(`it will be tried again at ${timestamp(story.retryAt)}`)
  if (blocks.length > 0) lines.push(`because of it, ${cannotBegin(blocks)}`)
  return lines
}

function notTriedAgain({ error, status, line }: StepStory, { plan }: RunView): string[] {
  const retry = plan.steps[line.index]?.retry
  if (status !== 'failed' || error === null || retry?.on === undefined) return []
  if (isRetriedOn(retry.on, error)) return []
  return [`it was not tried again: its retry is for ${listed(retry.on.map(String))} alone`]
}
