/** Problems of a recipe or a plan: nothing was run. */
export const RECIPE_ERRORS = {
  PLAN_INVALID: 'A plan is not of the form that the runner executes.',
} as const
