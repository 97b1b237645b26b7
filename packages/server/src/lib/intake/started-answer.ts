import type * as z from 'zod'
import { runAnswer } from '../answers/run-answer.ts'
import type { acceptedRunSchema, runSchema } from '../contract/runs.ts'
import type { Service } from '../service.ts'
import { inTime } from './in-time.ts'
import type { AcceptedRun } from './accepted-run.ts'
import { preferenceOf } from './request-options.ts'
import { beforeStop } from './stop.ts'

type StartedAnswer =
  | { status: 202; headers: Record<string, string>; body: z.input<typeof acceptedRunSchema> }
  | { status: 200; headers: Record<string, string>; body: z.input<typeof runSchema> }

/**
 * What who started a run is told: at once, or with the run at its end, if the client prefers to wait and it ends in time. Of a
 * run that is left to the next start of the service: that it was taken in.
 */
export async function startedAnswer({ runner, clock }: Service, run: AcceptedRun, prefer: string | undefined): Promise<StartedAnswer> {
  const { runId, isNew } = run
  const { waitMs, applied } = preferenceOf(prefer)
  const ended = waitMs === undefined ? undefined : await beforeStop(inTime(run.result, waitMs, clock))
  const headers = { location: `/runs/${runId}`, ...applied }
  const view = ended && (await beforeStop(runner.view(runId)))
  if (view) return { status: 200, headers, body: runAnswer(view, { steps: true }) }
  // What was asked for before may have ended by now.
  const status = isNew ? 'running' : ((await runner.store.get(runId))?.status ?? 'running')
  return { status: 202, headers, body: { run_id: runId, status } }
}
