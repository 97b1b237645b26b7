import { join, sep } from 'node:path'

/**
 * How the real path `real` spells what `path` (relative to `folder`) spells in another case: what a file system that
 * ignores case has found for it. Undefined when `path` is spelt as on disk, or leads through a symlink, whose target
 * may have any name. `namesIn` lists a folder; it is asked only on suspicion.
 */
export async function otherSpelling(
  folder: string,
  path: string,
  real: string,
  namesIn: (folder: string) => Promise<readonly string[]>,
): Promise<string | undefined> {
  if (path === '' || real.endsWith(sep + path)) return undefined
  if (!real.toLowerCase().endsWith((sep + path).toLowerCase())) return undefined
  let parent = folder
  for (const segment of path.split(sep)) {
    const names = await namesIn(parent)
    if (!names.includes(segment)) return real.slice(-path.length)
    parent = join(parent, segment)
  }
  return undefined
}
