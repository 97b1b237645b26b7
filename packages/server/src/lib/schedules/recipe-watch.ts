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
  #looking: (() => void) | undefined
  #stopped = false

  constructor(root: string, clock: Clock, changed: () => void) {
    this.#root = root
    this.#clock = clock
    this.#changed = changed
  }

  begin(folders: readonly string[]): void {
    this.#folders = folders.map((folder) => relative(this.#root, join(this.#root, folder)))
    // The workspace's own folder tells when another one appears in it.
    if (!this.#folders.includes('')) this.#watch('')
    this.#watchAll()
  }

  stop(): void {
    this.#stopped = true
    this.#looking?.()
    for (const watcher of this.#watchers.values()) watcher.close()
  }

  #watchAll(): void {
    for (const folder of this.#folders) {
      if (this.#watchers.has(folder)) continue
      if (existsSync(join(this.#root, folder))) this.#watch(folder)
      else if (folder === '' || folder.includes(sep)) this.#look()
    }
  }

  #watch(folder: string): void {
    try {
      const watcher = watchFolder(join(this.#root, folder), { recursive: folder !== '', persistent: false }, (_, file) => this.#heard(folder, file))
      this.#watchers.set(folder, watcher)
      watcher.on('error', () => this.#look())
    } catch {
      this.#look()
    }
  }

  #heard(folder: string, file: string | null): void {
    if (this.#stopped) return
    const isFolder = folder === '' && file !== null && this.#folders.some((one) => one === file || one.startsWith(file + sep))
    if (isFolder) {
      // It is another one now, if it is there at all.
      this.#watchers.get(file)?.close()
      this.#watchers.delete(file)
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
