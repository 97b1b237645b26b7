import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes small files of a folder at once, each complete or not at all: to hand each to another thread would cost several times
 * as much as to write it. A folder that is not there yet comes to be with all of them, by one rename. Nothing is synced.
 */
export function replaceFiles(folder: string, files: Readonly<Record<string, string>>): void {
  if (!existsSync(folder) && makeWith(folder, files)) return
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name)
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
}

/** False where somebody has made the folder meanwhile: nothing is left behind. */
function makeWith(folder: string, files: Readonly<Record<string, string>>): boolean {
  const draft = `${folder}.new`
  mkdirSync(draft, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(draft, name), text)
  try {
    renameSync(draft, folder)
    return true
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false
    throw error
  }
}
