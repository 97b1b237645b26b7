import type { JournalEvent, RunView } from '@lorc/runner'
import type { RunTimeline } from '@lorc/runner/insight'
import type { OpenRunner } from '../engine.ts'

/** A run as it is now, with its journal and its timeline. */
export interface InspectedRun {
  view: RunView
  events: JournalEvent[]
  timeline: RunTimeline
}

/** `now` (Unix milliseconds): until then what goes on has gone on. */
export async function inspectRun({ runner }: OpenRunner, runId: string, now: number): Promise<InspectedRun> {
  const { timelineOf } = await import('@lorc/runner/insight')
  const view = await runner.view(runId)
  const events: JournalEvent[] = []
  for await (const event of runner.events(runId)) events.push(event)
  const timeline = timelineOf(view.plan, events)
  if (view.status === 'running' && !view.abandoned) timeline.until = Math.max(timeline.until, now)
  return { view, events, timeline }
}
