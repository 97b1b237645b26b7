/** What most paths are: names that begin with a letter or digit, and one `/` between them. */
const SHORTEST = /^\w[\w.-]*(?:\/\w[\w.-]*)*$/

/**
 * A path of a recipe in its shortest form: relative, `/` between its parts, no `.` and no empty parts. `undefined` if
 * it leads outside the folder that it is relative to, is absolute, or can be no path. Does not look at symbolic links.
 */
export function normalizePath(path: string): string | undefined {
  if (SHORTEST.test(path)) return path
  if (path.startsWith('/') || path.includes('\0') || /^[A-Za-z]:[\\/]/.test(path)) return undefined
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

/** Whether a recipe is written in TypeScript or JavaScript: reading it runs its code. */
export function isPlanModule(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path)
}
