/**
 * Where code and files may come from: the workspace and the allowlist, after symlinks. Everything here only reads the
 * file system.
 */
export interface Workspace {
  /** Absolute. */
  root: string
  /** Absolute folders, or package names, that modules may come from as well. */
  allow: readonly string[]
}
