import type { Dirent } from 'node:fs'
import { dirname, sep } from 'node:path'
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
const MODULES = `${sep}node_modules`
const INSIDE = `${MODULES}${sep}`

/** A folder of packages: a `node_modules`, or a scope in one. */
interface Holder {
  /** After symlinks, with a separator at the end. */
  real: string
  entries: ReadonlyMap<string, Dirent>
  /** An installer left its mark there. */
  marked: boolean
}

/** Looks packages up as Node does: in `node_modules` of a folder and of each above. Lists a folder once, however many are sought. */
export class NodeModules {
  readonly #watched: WatchedPaths
  readonly #holders = new Map<string, Holder>()
  readonly #above = new Map<string, readonly string[]>()

  constructor(watched: WatchedPaths) {
    this.#watched = watched
  }

  /** Undefined where it is not installed, or `name` is not a valid name of a package. */
  find(name: string, from: string): Installed | undefined {
    if (!NAME.test(name)) return undefined
    const slash = name.indexOf('/')
    for (const modules of this.#modulesAbove(from)) {
      const holder = this.#holder(modules, slash < 0 ? undefined : name.slice(0, slash))
      const found = holder && inHolder(holder, name.slice(slash + 1))
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Each `node_modules` that Node looks into, the nearest first. */
  #modulesAbove(from: string): readonly string[] {
    let above = this.#above.get(from)
    if (above === undefined) {
      const own = from.endsWith(MODULES) ? [] : [from + MODULES]
      above = dirname(from) === from ? own : [...own, ...this.#modulesAbove(dirname(from))]
      this.#above.set(from, above)
    }
    return above
  }

  #holder(modules: string, scope: string | undefined): Holder | undefined {
    const all = this.#list(modules, undefined)
    if (scope === undefined) return all
    return all.entries.has(scope) ? this.#list(`${modules}${sep}${scope}`, all) : undefined
  }

  /** `outer`: the `node_modules` that a scope is in. */
  #list(folder: string, outer: Holder | undefined): Holder {
    let holder = this.#holders.get(folder)
    if (holder === undefined) {
      this.#watched.add(folder)
      const entries = new Map<string, Dirent>()
      for (const entry of listFolder(folder)) entries.set(entry.name, entry)
      holder = { real: `${realPath(folder) ?? folder}${sep}`, entries, marked: outer?.marked ?? this.#isMarked(folder, entries) }
      this.#holders.set(folder, holder)
    }
    return holder
  }

  #isMarked(modules: string, entries: ReadonlyMap<string, Dirent>): boolean {
    const marks = MARKS.filter((mark) => entries.has(mark))
    for (const mark of marks) this.#watched.add(modules + sep + mark)
    return marks.length > 0
  }
}

function inHolder({ real, entries, marked }: Holder, name: string): Installed | undefined {
  const entry = entries.get(name)
  if (entry === undefined || entry.isFile()) return undefined
  const folder = entry.isDirectory() ? real + name : realPath(real + name)
  return folder === undefined ? undefined : { folder, settled: marked && folder.includes(INSIDE) }
}
