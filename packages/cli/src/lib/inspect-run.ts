import type { JournalEvent, RunView } from '@lorc/runner'
import type { RunTimeline } from '@lorc/runner/insight'
import type { OpenRunner } from './engine.ts'

/** A run as it is now, with its journal and its timeline. */
export interface InspectedRun {
  view: RunView
  events: JournalEvent[]
  timeline: RunTimeline
}

export async function inspectRun({ runner }: OpenRunner, runId: string): Promise<InspectedRun> {
  const { timelineOf } = await import('@lorc/runner/insight')
  const view = await runner.view(runId)
  const events: JournalEvent[] = []
  for await (const event of runner.events(runId)) events.push(event)
  return { view, events, timeline: timelineOf(view.plan, events) }
}
