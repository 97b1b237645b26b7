/**
 * SHA-256 (hex) of each file by its path relative to the workspace, and of the version of each package by
 * `npm:<name>`; of a job of an installed package, of the version and of the job's module, by `npm:<name>/<job>`.
 */
export interface CodeHashes {
  [path: string]: string
}

/** Code as it is now. */
export interface CodeScan {
  hashes: CodeHashes
  /** Versions of packages by their names. */
  packages: { [name: string]: string }
}
