import type { RunHandle, Runner, RunResult } from '@lorc/runner'

const DECISION = { approved: true, by: 'lorc crash-test', reason: 'crash-test approves everything' }

/** Drives a run to its end, approving whatever it and the runs of its steps ask for. */
export async function driveThrough(run: RunHandle, runner: Runner): Promise<RunResult> {
  void approve(run, runner)
  return await run.result
}

async function approve(run: Pick<RunHandle, 'runId' | 'events' | 'approve'>, runner: Runner): Promise<void> {
  const asked = new Set<string>()
  for await (const event of run.events()) {
    if (event.type === 'approval.decided') asked.delete(event.step)
    if (event.type === 'step.linked') void approveChild(event.runId, runner)
    if (event.type !== 'approval.requested' || asked.has(event.step)) continue
    asked.add(event.step)
    // One that was decided before a crash is told again.
    try {
      run.approve(event.step, DECISION)
    } catch {
      continue
    }
  }
}

async function approveChild(runId: string, runner: Runner): Promise<void> {
  const events = () => runner.events(runId, { follow: true })
  const decide = (step: string): void => void runner.approve(runId, step, DECISION).catch(() => undefined)
  await approve({ runId, events, approve: decide }, runner).catch(() => undefined)
}
