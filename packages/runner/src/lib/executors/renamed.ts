import { renameSync } from 'node:fs'

/** Whether it could be renamed: not where it, or the folder of its new name, is not there, nor onto a folder that has something in it. */
export function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch {
    return false
  }
}
