import type { RunView, StepState } from '@lorc/runner'

/** Steps that have asked for an approval and have none yet. */
export function waitingApprovals({ status, steps }: Pick<RunView, 'status' | 'steps'>) {
  if (status !== 'running') return []
  return steps.filter(
    (step): step is StepState & { approval: NonNullable<StepState['approval']> } =>
      step.approval !== null && step.approval.decision === null && (step.status === 'running' || step.status === 'waiting'),
  )
}

/**
 * What people are told of a run that goes on: that nobody drives it, that it is paused, that it waits for somebody, or that its journal
 * cannot be read.
 */
export type RunState = RunView['status'] | 'abandoned' | 'paused' | 'waiting for approval' | 'broken'

/** `waiting for approval`: nothing else goes on in it. */
export function runState(view: Pick<RunView, 'status' | 'abandoned' | 'paused' | 'steps'>): RunState {
  if (view.status !== 'running') return view.status
  if (view.paused !== null) return 'paused'
  const asking = new Set(waitingApprovals(view).map(({ name }) => name))
  const isBusy = view.steps.some(({ name, status, items }) => status === 'running' && items === null && !asking.has(name))
  if (asking.size > 0 && !isBusy) return 'waiting for approval'
  return view.abandoned ? 'abandoned' : 'running'
}
