import type { StepState } from '@lorc/runner'

/** The steps that wait for an approval. */
export function askingSteps(steps: readonly StepState[]): StepState[] {
  return steps.filter(({ approval, status }) => approval !== null && !approval.decision && (status === 'running' || status === 'waiting'))
}
