import { join } from 'node:path'
import type { FilesMedium } from './files-medium.ts'

/** Adds a file to a folder under the next number; several processes may, each gets a number of its own. */
export function addNumbered(medium: FilesMedium, folder: string, text: string): number {
  medium.makeFolder(folder)
  for (let number = lastNumber(medium, folder) + 1; ; number += 1) {
    if (medium.create(join(folder, `${number}.json`), text)) return number
  }
}

/** The numbers in a folder, ascending. */
export function numbers(medium: FilesMedium, folder: string): number[] {
  return medium
    .names(folder)
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b)
}

function lastNumber(medium: FilesMedium, folder: string): number {
  return numbers(medium, folder).at(-1) ?? 0
}
