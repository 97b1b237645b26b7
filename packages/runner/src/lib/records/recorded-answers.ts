import type { JournalEvent } from '../events.ts'
import { checkedEvents, type JournalSource } from '../run-state/run-reader.ts'

export type RecordedAnswer = Extract<JournalEvent, { type: 'step.completed' | 'step.failed' }>
export type RecordedDecision = Extract<JournalEvent, { type: 'approval.decided' }>

/** What the world outside told a run: the last outcome of each step, and what people decided. By the steps' names. */
export interface RecordedAnswers {
  outcomes: ReadonlyMap<string, RecordedAnswer>
  decisions: ReadonlyMap<string, RecordedDecision>
  /** The runs of its steps. */
  children: ReadonlyMap<string, string>
}

/** Rejects with RUN_UNKNOWN, RUN_JOURNAL_BROKEN. */
export async function readAnswers(source: JournalSource, runId: string): Promise<RecordedAnswers> {
  const outcomes = new Map<string, RecordedAnswer>()
  const decisions = new Map<string, RecordedDecision>()
  const children = new Map<string, string>()
  for await (const event of checkedEvents(source, runId)) {
    if (event.type === 'step.completed' || event.type === 'step.failed') outcomes.set(event.step, event)
    else if (event.type === 'approval.decided') decisions.set(event.step, event)
    else if (event.type === 'step.linked') children.set(event.step, event.runId)
  }
  return { outcomes, decisions, children }
}
