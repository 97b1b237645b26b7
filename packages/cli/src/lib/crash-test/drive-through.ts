import { setTimeout as wait } from 'node:timers/promises'
import type { RunHandle, Runner, RunResult } from '@lorc/runner'

const DECISION = { approved: true, by: 'lorc crash-test', reason: 'crash-test approves everything' }
/** How often it is asked whether a run that was linked has begun. */
const POLL_MS = 50

/** Drives a run to its end, approving whatever it and the runs of its steps ask for. */
export async function driveThrough(run: RunHandle, runner: Runner): Promise<RunResult> {
  const over = new AbortController()
  const approving = approve({ events: () => run.events() }, async (step) => run.approve(step, DECISION), runner, over.signal)
  try {
    return await run.result
  } finally {
    over.abort()
    await approving
  }
}

async function approve(
  { events }: Pick<RunHandle, 'events'>,
  decide: (step: string) => Promise<unknown>,
  runner: Runner,
  over: AbortSignal,
): Promise<void> {
  const children: Promise<void>[] = []
  for await (const event of events()) {
    if (event.type === 'step.linked') children.push(approveChild(event.runId, runner, over))
    // What was decided before a crash is told again, and refused.
    if (event.type === 'approval.requested') await decide(event.step).catch(() => undefined)
  }
  await Promise.all(children)
}

/** A run is linked before it begins. */
async function approveChild(runId: string, runner: Runner, over: AbortSignal): Promise<void> {
  while ((await runner.store.get(runId)) === undefined) {
    if (over.aborted) return
    await wait(POLL_MS)
  }
  const events = () => runner.events(runId, { follow: true, signal: over })
  await approve({ events }, (step) => runner.approve(runId, step, DECISION), runner, over)
}
