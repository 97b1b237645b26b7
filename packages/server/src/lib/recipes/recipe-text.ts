import { closeSync, openSync, readSync } from 'node:fs'

const LOOKED_AT = 64 * 1024
/** Of one file after the other: to clear so much room for each takes longer than to read it. */
const beginning = Buffer.allocUnsafe(LOOKED_AT)

/**
 * Whether a YAML file looks like a recipe rather than some other program's: whether it has `steps` near its beginning. At once: the
 * threads that read files are slower where there are many small ones.
 */
export function isRecipeText(file: string): boolean {
  let handle: number | undefined
  try {
    handle = openSync(file, 'r')
    const size = readSync(handle, beginning, 0, LOOKED_AT, 0)
    return /(?:^|[{,])\s*["']?steps["']?\s*:/m.test(beginning.toString('utf8', 0, size))
  } catch {
    return false
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}
