/** What can be wrong with the module of a job, and with what it needs. */
export const JOB_MODULE_ERRORS = {
  REGISTRY_MODULE_MISSING: 'The module that a job names does not exist.',
  REGISTRY_MODULE_FAILED: 'The module of a job cannot be loaded: it throws, exits, or does not end.',
  REGISTRY_EXPORT_MISSING: 'The module of a job has no export of the name that is declared.',
  REGISTRY_EXPORT_NO_JOB: 'What a module exports as a job is none.',
  REGISTRY_FILE_UNPACKED: 'A file that a job needs is not among those that the package is published with.',
  REGISTRY_IMPORT_UNDECLARED: 'A job imports a package that its own package does not bring with it.',
  REGISTRY_PACK_FAILED: 'npm cannot tell which files a package is published with.',
  REGISTRY_BIGQUERY_MISSING: 'A job asks for a BigQuery client, and whoever runs it gave none.',
  REGISTRY_MODULE_OUTSIDE: 'The module that a job names lies outside its package, perhaps through a symlink.',
} as const
