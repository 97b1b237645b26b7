import { mkdirSync, rmdirSync } from 'node:fs'
import { isEmptyFolder, markEmpty } from '../../attempts/artifact.ts'
import { renamed } from '../renamed.ts'

/**
 * Makes folders for artifacts. Most steps leave theirs empty, and making one costs more than much else of a short step:
 * one that was given back and is still empty becomes the next one that is asked for.
 */
export class ArtifactFolders {
  #spare: string[] = []

  /** Makes the folder, if it is not there. */
  take(folder: string): void {
    const spare = this.#spare.pop()
    if (spare !== undefined && isEmptyFolder(spare) && renamed(spare, folder)) return
    if (mkdirSync(folder, { recursive: true }) !== undefined) markEmpty(folder)
  }

  /** The attempt that took the folder has ended. */
  give(folder: string): void {
    this.#spare.push(folder)
  }

  /** Removes what nobody needed. */
  close(): void {
    for (const folder of this.#spare) removeIfEmpty(folder)
    this.#spare = []
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Its run may be gone, or somebody put something there.
  }
}
