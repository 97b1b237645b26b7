import { parseItemName, type JournalEvent, type JsonObject, type JsonValue } from '@lorc/runner'
import { storyOfStep, type AttemptStory, type StepStory } from '@lorc/runner/insight'
import type * as z from 'zod'
import { errorAnswer } from '../answers/run-answer.ts'
import { timeOrNull, timeText } from '../answers/time-text.ts'
import type { stepStorySchema } from '../contract/step-story.ts'
import { spanRows } from './insight-answer.ts'
import type { RunLens } from './run-lens.ts'

export type StepAnswer = z.output<typeof stepStorySchema>

const MOST_NAMES = 50

/** Reads a run's events from one `seq` to another, both included. */
export type EventReader = (first: number, last: number) => Promise<JournalEvent[]>

/** Why a step is as it is, from the events that tell of it; undefined: the run has no such step. */
export async function stepAnswer(lens: RunLens, events: EventReader, name: string): Promise<StepAnswer | undefined> {
  const item = parseItemName(name)
  const expansion = item && lens.expansionOf(item.step)
  const expanded = expansion === undefined ? [] : await events(expansion, expansion)
  const range = lens.eventsOf(name)
  const told = range === undefined ? [] : await events(range.first, range.last)
  return tell(lens, told, name, item && itemValue(expanded[0], item.ordinal))
}

function itemValue(expanded: JournalEvent | undefined, ordinal: number): JsonValue | undefined {
  return expanded?.type === 'step.expanded' ? expanded.items[ordinal] : undefined
}

function tell(lens: RunLens, events: readonly JournalEvent[], name: string, value: JsonValue | undefined): StepAnswer | undefined {
  const timeline = lens.timeline()
  const story = storyOfStep({ plan: lens.plan, steps: lens.fold.steps() }, timeline, events, name)
  if (story === undefined) return undefined
  const { line } = story
  const { createdAt } = timeline
  const state = lens.fold.step(name)
  return {
    run_id: lens.fold.runId,
    step: name,
    type: story.type,
    status: story.status,
    phase: story.phase,
    definition: lens.plan.steps[line.index] as unknown as JsonObject,
    ...(value !== undefined && { item: value }),
    item_of: line.itemOf,
    items: line.items,
    ready: line.readyAt === null ? null : line.readyAt - createdAt,
    after: line.after,
    waits_by: story.waitsBy,
    waits_for: story.waitsFor.slice(0, MOST_NAMES),
    waits_for_count: story.waitsFor.length,
    open: story.open.slice(0, MOST_NAMES),
    open_count: story.open.length,
    blocked_by: story.blockedBy,
    blocked_first_by: story.blockedFirstBy,
    blocks: story.blocks.slice(0, MOST_NAMES),
    blocks_count: story.blocks.length,
    reason: story.reason,
    skipped_by: story.skippedBy,
    error: story.error && errorAnswer(story.error),
    retry_at: timeOrNull(story.retryAt),
    group: story.group && { ...story.group, holders: story.group.holders.map(({ runId, step }) => ({ run_id: runId, step })) },
    approval: approvalAnswer(story),
    child_run: story.childRun,
    imported_from: story.importedFrom,
    cached: state.cached,
    reset: story.reset && { ...story.reset, at: timeText(story.reset.at) },
    attempts: story.attempts.map((attempt) => attemptAnswer(attempt, events, name)),
    spans: spanRows(line.spans, createdAt),
    outputs: state.outputs,
    artifacts: state.artifacts,
    writes: lens.writes.flatMap(({ step, key, seq }) => (step === name ? [{ key, seq }] : [])),
  }
}

function approvalAnswer({ approval }: StepStory): StepAnswer['approval'] {
  if (approval === null) return null
  const { message, by, requestedAt, expiresAt, decision } = approval
  return { message, by, requested_at: timeText(requestedAt), expires_at: timeOrNull(expiresAt), decision: decision && { ...decision, at: timeText(decision.at) } }
}

function attemptAnswer({ attempt, from, to, end, error }: AttemptStory, events: readonly JournalEvent[], step: string): StepAnswer['attempts'][number] {
  const metrics = events.findLast((event) => 'metrics' in event && event.step === step && event.attempt === attempt && event.ts === to)
  const cost = metrics && 'metrics' in metrics ? metrics.metrics : null
  const cpu = cost?.cpuUserMs == null ? null : cost.cpuUserMs + (cost.cpuSystemMs ?? 0)
  return {
    attempt,
    from: timeText(from),
    to: timeOrNull(to),
    end,
    error: error && errorAnswer(error),
    cpu_ms: cpu,
    peak_rss_bytes: cost?.peakRssBytes ?? null,
    exit_code: cost?.exitCode ?? null,
  }
}
