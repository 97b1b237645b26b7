import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { sha256Hex } from '../journal/sha256.ts'

/** The path of a file (relative to `root`) that holds something else than it did; null where it does not, or cannot be read. */
export async function changedFile(root: string, recorded: { path: string; sha256: string } | null): Promise<string | null> {
  if (recorded === null) return null
  const bytes = await readFile(resolve(root, recorded.path)).catch(() => undefined)
  return bytes !== undefined && sha256Hex(bytes) !== recorded.sha256 ? recorded.path : null
}
