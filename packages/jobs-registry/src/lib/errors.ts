/** What can be wrong with the jobs that packages declare, and with how one is asked for. */
export const REGISTRY_ERRORS = {
  REGISTRY_PACKAGE_UNKNOWN: 'No package of this name declares jobs, or the workspace does not declare it.',
  REGISTRY_PACKAGE_AMBIGUOUS: 'Several packages have this short name.',
  REGISTRY_JOB_UNKNOWN: 'The package declares no job of this name.',
  REGISTRY_MANIFEST_INVALID: 'A package.json cannot be read, or is no JSON object with a name.',
  REGISTRY_DECLARATION_INVALID: 'What a package declares as a job is not of the form that jobs have.',
  REGISTRY_MODULE_MISSING: 'The module that a job names does not exist.',
  REGISTRY_PACKAGE_TWICE: 'Two packages of the same name declare jobs; one of them is not used.',
  REGISTRY_PATH_MISSING: 'There is no package at a path that the configuration names.',
  REGISTRY_WORKSPACE_INVALID: 'The file that names the members of the workspace cannot be read.',
  REGISTRY_LAYOUT_UNSUPPORTED: 'The packages are installed in a way that has no folders to look into.',
  REGISTRY_MODULE_FAILED: 'The module of a job cannot be loaded: it throws, exits, or does not end.',
  REGISTRY_EXPORT_MISSING: 'The module of a job has no export of the name that is declared.',
  REGISTRY_EXPORT_NO_JOB: 'What a module exports as a job is none.',
  REGISTRY_FILE_UNPACKED: 'A file that a job needs is not among those that the package is published with.',
  REGISTRY_IMPORT_UNDECLARED: 'A job imports a package that its own package does not bring with it.',
  REGISTRY_PACK_FAILED: 'npm cannot tell which files a package is published with.',
  REGISTRY_BIGQUERY_MISSING: 'A job asks for a BigQuery client, and whoever runs it gave none.',
  REGISTRY_MODULE_OUTSIDE: 'The module that a job names lies outside its package, perhaps through a symlink.',
} as const

/** Every code that this package reports, with its meaning. `docs/errors.md` lists the same codes. */
export const ERROR_CODES = REGISTRY_ERRORS

export type ErrorCode = keyof typeof ERROR_CODES

/** The values that errors tell to programs. */
export type ErrorDetails = { readonly [key: string]: string | number | readonly string[] }

export interface RegistryErrorOptions {
  /** What the person can do about it. */
  fix?: string | undefined
  cause?: unknown
  details?: ErrorDetails
}

/** The one error class of this package: `code` for programs, `message` for people, `fix` where one is known. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly details: ErrorDetails | undefined

  constructor(code: ErrorCode, message: string, options: RegistryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fix = options.fix
    this.details = options.details
  }
}
