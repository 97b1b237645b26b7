import type { ErrorCode } from './errors.ts'

/** A JSON Schema (draft 2020-12) of a job's parameters. */
export type ParamsSchema = { readonly [keyword: string]: unknown }

/** A job as its package declares it: nothing of its code has run. */
export interface JobEntry {
  name: string
  /** Relative to the package's folder, e.g. `./dist/jobs/email.js`. */
  module: string
  /** `default` where the declaration names none. */
  export: string
  /** One line. */
  summary?: string
  /** Of the parameters, for a job whose schema library cannot tell. */
  params?: ParamsSchema
}

/** A package with at least one job. */
export interface JobPackage {
  /** As the workspace calls it: `@acme/ingester`. */
  name: string
  /** Without the scope: `ingester`. */
  shortName: string
  /** Of its package.json; `0.0.0` where that has none. */
  version: string
  /** Its folder, after symlinks. */
  dir: string
  /** In the order of the declaration. */
  jobs: JobEntry[]
}

/** A declaration that is of no use as it stands. Whatever else is declared, there or elsewhere, is found all the same. */
export interface RegistryProblem {
  code: ErrorCode
  /** The package's name, or its folder where that is all there is. */
  package: string
  job?: string
  /** Absolute path of the file to mend. */
  file: string
  message: string
  fix?: string
}

/** The jobs of a workspace, and what is wrong with declarations. */
export interface JobRegistry {
  /** By name. */
  packages: JobPackage[]
  /** One for each broken declaration, by package. */
  problems: RegistryProblem[]
}

/** Where one job is. */
export interface JobLocation {
  /** The package's name, in full. */
  package: string
  version: string
  /** The package's folder, after symlinks. */
  dir: string
  job: string
  /** Absolute path of the module, after symlinks; inside `dir`. */
  file: string
  export: string
  summary?: string
  params?: ParamsSchema
}
