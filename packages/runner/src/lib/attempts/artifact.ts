import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, statSync, utimesSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Artifact } from '../events.ts'

/** Size and hash of a file; rejects as the file system does. `path` is recorded relative to `root`, with `/`. */
export async function describeFile(root: string, file: string): Promise<Artifact> {
  const digest = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    digest.update(chunk)
  }
  return { path: relative(root, file).split(sep).join('/'), bytes, sha256: digest.digest('hex') }
}

/** True where the file is there with the same content. */
export async function isUnchanged(root: string, artifact: Artifact): Promise<boolean> {
  const file = join(root, artifact.path)
  try {
    if ((await stat(file)).size !== artifact.bytes) return false
    return (await describeFile(root, file)).sha256 === artifact.sha256
  } catch {
    return false
  }
}

/** Seconds since 1970. No folder that anything was put into last changed then. */
const UNTOUCHED = 318_395_106

/** Makes `isEmptyFolder` quick for a folder that was just made, until something is put into it: to list it takes five calls. */
export function markEmpty(folder: string): void {
  utimesSync(folder, UNTOUCHED, UNTOUCHED)
}

/** True for a folder that is not there, too; false for one that cannot be read. Answers at once: most steps leave no file. */
export function isEmptyFolder(folder: string): boolean {
  try {
    return statSync(folder).mtimeMs === UNTOUCHED * 1000 || readdirSync(folder).length === 0
  } catch (error) {
    return isMissing(error)
  }
}

/** Every file below a folder, sorted; none when the folder is not there. Rejects as the file system does where one cannot be read. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
