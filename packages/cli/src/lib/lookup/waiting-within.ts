import type { Runner, RunView, StepState } from '@lorc/runner'
import { waitingApprovals } from '../run-state.ts'

/** A step that waits for an approval, in the run `runId`. */
export type Waiting = StepState & { approval: NonNullable<StepState['approval']>; runId: string }

/** What waits in a run and, as it waits with them, in the runs of its steps. */
export async function waitingWithin(runner: Runner, view: RunView): Promise<Waiting[]> {
  return [...waitingApprovals(view).map((step) => ({ ...step, runId: view.runId })), ...(await waitingInside(runner, view))]
}

/** What waits in the runs of a run's steps. */
export async function waitingInside(runner: Runner, view: RunView): Promise<Waiting[]> {
  const inner = view.steps.map(async ({ status, childRun }) => {
    if (status !== 'running' || childRun === null) return []
    // A step is linked with its run a moment before there is one.
    if ((await runner.store.get(childRun)) === undefined) return []
    return await waitingWithin(runner, await runner.view(childRun))
  })
  return (await Promise.all(inner)).flat()
}
