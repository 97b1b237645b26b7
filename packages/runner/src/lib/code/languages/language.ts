import { realpath, stat } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { allowedFolders, isInside, type Workspace } from '../../workspace/workspace.ts'

/** What code uses: a file of the workspace (its real path), a package, or one module of a package. */
export type CodeUse = { file: string } | { package: string; version: string; module?: { name: string; file: string } }

/** How code of one language names other code. Neither function runs any. */
export interface CodeLanguage {
  /** What a source asks for, in its own words; too much rather than too little. Never throws. */
  requests(source: string, file: string): readonly string[] | Promise<readonly string[]>
  /** What a request in `file` leads to; nothing where it leads out of the workspace and to no package. */
  resolve(request: string, file: string, workspace: Workspace): Promise<readonly CodeUse[]>
}

/** Whether a real path is code of the workspace or of an allowlisted folder, and not of an installed package. */
export function isOwn(workspace: Workspace, file: string): boolean {
  return [workspace.root, ...allowedFolders(workspace)].some(
    (home) => isInside(home, file) && !relative(home, file).split(sep).includes('node_modules'),
  )
}

/** The first of the paths that is a file of the workspace, as its real path. */
export async function firstOwn(workspace: Workspace, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    if (!(await stat(path).catch(() => undefined))?.isFile()) continue
    const real = await realpath(path)
    return isOwn(workspace, real) ? real : undefined
  }
  return undefined
}
