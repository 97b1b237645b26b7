import type { PlanStep } from '../../plan.ts'

export type Phase = NonNullable<PlanStep['phase']>

/** The lists of steps that a recipe has, and the phase that each is. */
export const STEP_LISTS = { steps: 'main', on_success: 'on_success', on_failure: 'on_failure', always: 'always' } as const satisfies Record<
  string,
  Phase
>
export type StepList = keyof typeof STEP_LISTS
export const STEP_LIST_NAMES = Object.keys(STEP_LISTS) as StepList[]

export function isStepList(name: unknown): name is StepList {
  return typeof name === 'string' && Object.hasOwn(STEP_LISTS, name)
}
