/** Problems of finding and loading the code and files that a step names. */
export const WORKSPACE_ERRORS = {
  PATH_OUTSIDE_WORKSPACE: 'A path leads out of the workspace and of the folders that the configuration allows.',
  KEYS_LOCK_INVALID: '`lorc.keys.json`, the lock file of the shapes of context keys, is not one.',
  FILE_MISSING: 'A file that is named does not exist, is not a file, or is spelt otherwise on disk.',
  MODULE_MISSING: 'A module that a step names is not in the workspace, nor an installed and declared package.',
  MODULE_NOT_ALLOWED: 'A step names a package that the workspace does not depend on.',
  MODULE_BROKEN: 'A module that a step names cannot be imported: it does not parse, or it threw on import.',
  EXPORT_MISSING: 'A module does not export what a step names, or that is neither a function nor a class with `run`.',
} as const
