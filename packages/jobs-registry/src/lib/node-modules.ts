import type { Dirent } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { listFolder, realPath } from './paths.ts'
import type { WatchedPaths } from './watched-paths.ts'

/** An installed package. */
export interface Installed {
  /** Its folder, after symlinks. */
  folder: string
  /** Only an installer changes it: it lies in a `node_modules`, and that is not because of a link to somewhere else. */
  settled: boolean
}

/** What installers write, or touch, in a `node_modules` that they change: npm, pnpm, yarn 2 and later, yarn 1. */
const MARKS = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'] as const

const NAME = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/
const INSIDE = `${sep}node_modules${sep}`

interface Listing {
  /** The folder after symlinks. */
  real: string
  entries: Map<string, Dirent>
}

/** Looks packages up as Node does: in `node_modules` of a folder and of each above. Lists a folder once, however many are sought. */
export class NodeModules {
  readonly #watched: WatchedPaths
  readonly #listings = new Map<string, Listing>()
  readonly #marked = new Map<string, boolean>()

  constructor(watched: WatchedPaths) {
    this.#watched = watched
  }

  /** Undefined where it is not installed, or `name` is no name of a package. */
  find(name: string, from: string): Installed | undefined {
    if (!NAME.test(name)) return undefined
    for (let folder = from; ; folder = dirname(folder)) {
      if (!folder.endsWith(`${sep}node_modules`)) {
        const found = this.#in(join(folder, 'node_modules'), name)
        if (found !== undefined) return found
      }
      if (dirname(folder) === folder) return undefined
    }
  }

  #in(modules: string, name: string): Installed | undefined {
    const slash = name.indexOf('/')
    if (slash >= 0 && !this.#list(modules).entries.has(name.slice(0, slash))) return undefined
    const { real, entries } = this.#list(slash < 0 ? modules : join(modules, name.slice(0, slash)))
    const entry = entries.get(name.slice(slash + 1))
    if (entry === undefined || entry.isFile()) return undefined
    const path = `${real}${sep}${entry.name}`
    const folder = entry.isDirectory() ? path : realPath(path)
    if (folder === undefined) return undefined
    return { folder, settled: folder.includes(INSIDE) && this.#isMarked(modules) }
  }

  #list(folder: string): Listing {
    let listing = this.#listings.get(folder)
    if (listing === undefined) {
      this.#watched.add(folder)
      listing = { real: realPath(folder) ?? folder, entries: new Map(listFolder(folder).map((entry) => [entry.name, entry])) }
      this.#listings.set(folder, listing)
    }
    return listing
  }

  #isMarked(modules: string): boolean {
    let marked = this.#marked.get(modules)
    if (marked === undefined) {
      const marks = MARKS.filter((mark) => this.#list(modules).entries.has(mark))
      for (const mark of marks) this.#watched.add(join(modules, mark))
      marked = marks.length > 0
      this.#marked.set(modules, marked)
    }
    return marked
  }
}
