/** Problems of a recipe or a plan: nothing was run. */
export const RECIPE_ERRORS = {
  PLAN_INVALID: 'A plan is not of the form that the runner executes.',
  PATH_OUTSIDE_WORKSPACE: 'A path leads out of the workspace and of the folders that the configuration allows.',
  FILE_MISSING: 'A file that is named does not exist, is not a file, or is spelt otherwise on disk.',
  MODULE_MISSING: 'A module that a step names is not in the workspace, nor an installed and declared package.',
  MODULE_NOT_ALLOWED: 'A step names a package that the workspace does not depend on.',
} as const
