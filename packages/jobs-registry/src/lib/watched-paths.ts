import { statSync } from 'node:fs'

/** What tells that a file or folder is another, or was changed: time, size and inode; null where there is none. */
export type Stamp = string | null

function stampOf(path: string): Stamp {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    return found === undefined ? null : `${found.mtimeMs}:${found.size}:${found.ino}`
  } catch {
    // Why it cannot be looked at (a link to itself, no permission) is told by whoever reads it.
    return null
  }
}

/** Changes later than this before a look may not show in the time of a file: file systems count in ticks of some milliseconds. */
const TICK_MS = 50

/** The files and folders that a discovery depended on, as they were. */
export class WatchedPaths {
  readonly #stamps = new Map<string, Stamp>()

  /** To be called before the path is read, so that a change meanwhile shows. */
  add(path: string): void {
    if (!this.#stamps.has(path)) this.#stamps.set(path, stampOf(path))
  }

  entries(): [path: string, stamp: Stamp][] {
    return [...this.#stamps]
  }

  /** Whether everything was left alone for a while before `time`, so that any later change shows in a stamp. */
  settledAt(time: number): boolean {
    return [...this.#stamps.values()].every((stamp) => stamp === null || Number.parseFloat(stamp) < time - TICK_MS)
  }
}

/** Whether each path is as it was. */
export function unchanged(entries: readonly (readonly [path: string, stamp: Stamp])[]): boolean {
  return entries.every(([path, stamp]) => stampOf(path) === stamp)
}
