import { glob, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import { describeFile, filesBelow } from '../attempts/artifact.ts'
import { RunnerError } from '../errors.ts'
import { resolveInside, type Workspace } from '../workspace/workspace.ts'

/** What makes a pattern of a path. */
export const MAGIC = /[*?[\]{}]/

/**
 * SHA-256 (hex) of each file that `inputs:` stands for, by path: files, folders (all that is below them) and globs. Null
 * for a path or a pattern that stands for nothing. Throws PATH_OUTSIDE_WORKSPACE.
 */
export async function hashInputs(workspace: Workspace, inputs: readonly string[]): Promise<{ [path: string]: string | null }> {
  const hashes = new Map<string, string | null>()
  for (const input of [...new Set(inputs)].sort()) {
    const files = (await filesAt(workspace, input)) ?? (MAGIC.test(input) ? await matches(workspace, input) : [])
    if (files.length === 0) hashes.set(input, null)
    for (const file of files) {
      const { path, sha256 } = await describeFile(workspace.root, file)
      hashes.set(path, sha256)
    }
  }
  return Object.fromEntries([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Undefined when nothing is there. */
async function filesAt(workspace: Workspace, path: string): Promise<string[] | undefined> {
  try {
    const found = await resolveInside(workspace, path)
    return (await stat(found)).isDirectory() ? await filesBelow(found) : [found]
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'FILE_MISSING') return undefined
    throw error
  }
}

async function matches(workspace: Workspace, pattern: string): Promise<string[]> {
  const paths: string[] = []
  for await (const path of glob(pattern, { cwd: workspace.root })) paths.push(path.split(sep).join('/'))
  const files = await Promise.all(paths.map((path) => filesAt(workspace, path)))
  return files.flatMap((found) => found ?? [])
}
