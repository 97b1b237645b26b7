import { existsSync, watch as watchFolder, type FSWatcher } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Clock } from '@lorc/runner'

/** Where a folder cannot be watched, it is looked at so often. */
const LOOK_MS = 60_000

/**
 * Calls `changed` when recipes in these folders of a workspace may have changed; of the workspace's own folder without the
 * folders in it. Costs nothing while nothing changes. Returns how to stop it.
 */
export function watchRecipes(root: string, folders: readonly string[], clock: Clock, changed: () => void): () => void {
  const watch = new RecipeWatch(root, clock, changed)
  watch.begin(folders)
  return () => watch.stop()
}

class RecipeWatch {
  readonly #root: string
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #watchers = new Map<string, FSWatcher>()
  #folders: readonly string[] = []
  /** The folders, and those that they are in: each tells when another one appears in it, under the name of one of these. */
  #wanted: readonly string[] = []
  #looking: (() => void) | undefined
  #stopped = false

  constructor(root: string, clock: Clock, changed: () => void) {
    this.#root = root
    this.#clock = clock
    this.#changed = changed
  }

  begin(folders: readonly string[]): void {
    this.#folders = folders.map((folder) => relative(this.#root, join(this.#root, folder)))
    this.#wanted = [...new Set(this.#folders.flatMap((folder) => [...above(folder), folder]))]
    this.#watchAll()
  }

  stop(): void {
    this.#stopped = true
    this.#looking?.()
    for (const watcher of this.#watchers.values()) watcher.close()
  }

  #watchAll(): void {
    for (const folder of this.#wanted) {
      if (this.#watchers.has(folder)) continue
      if (existsSync(join(this.#root, folder))) this.#watch(folder)
      else if (folder === '') this.#look()
    }
  }

  #watch(folder: string): void {
    const recursive = folder !== '' && this.#folders.includes(folder)
    try {
      const watcher = watchFolder(join(this.#root, folder), { recursive, persistent: false }, (_, file) => this.#heard(folder, file))
      this.#watchers.set(folder, watcher)
      watcher.on('error', () => this.#look())
    } catch {
      this.#look()
    }
  }

  #heard(folder: string, file: string | null): void {
    if (this.#stopped) return
    const path = file === null ? folder : join(folder, file)
    const isFolder = file !== null && this.#wanted.includes(path)
    if (isFolder) {
      // It is another one now, if it is there at all, and so is what is in it.
      for (const [watched, watcher] of this.#watchers) {
        if (watched !== path && !watched.startsWith(path + sep)) continue
        watcher.close()
        this.#watchers.delete(watched)
      }
      this.#watchAll()
    }
    if (isFolder || file === null || /\.ya?ml$/.test(file)) this.#changed()
  }

  #look(): void {
    if (this.#looking || this.#stopped) return
    this.#looking = this.#clock.sleep(LOOK_MS, () => {
      this.#looking = undefined
      this.#changed()
      this.#watchAll()
      this.#look()
    })
  }
}

/** The workspace's own folder, and so on down to the one that this one is in. */
function above(folder: string): string[] {
  const parts = folder === '' ? [] : folder.split(sep)
  return parts.map((_, depth) => parts.slice(0, depth).join(sep))
}
