import { type Dirent, readdirSync, realpathSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'

/** A path after symlinks; undefined where there is nothing. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

/** What a folder holds; nothing where there is none, or none that may be read. */
export function listFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

/** Whether `path` is `folder` or lies in it. Both absolute, after symlinks. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
