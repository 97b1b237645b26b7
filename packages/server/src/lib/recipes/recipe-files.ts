import { lstatSync } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { isRecipeText } from './recipe-text.ts'

const EXTENSIONS = ['.yaml', '.yml'] as const

/** Finds recipes in folders of a workspace. Nothing outside of it is ever named. */
export class RecipeFiles {
  readonly #root: string
  readonly #folders: readonly string[]

  /** `folders` are relative to `root`. Of two recipes with the same name, that of the earlier folder counts. */
  constructor(root: string, folders: readonly string[]) {
    this.#root = root
    this.#folders = folders
  }

  /** Paths relative to the workspace by name, sorted by name. */
  async all(): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    for (const folder of this.#folders) {
      for (const path of await this.#in(folder)) {
        const name = slashes(relative(folder, path)).replace(/\.\w+$/, '')
        if (!found.has(name)) found.set(name, slashes(path))
      }
    }
    return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** The path of one, relative to the workspace; undefined: there is none. */
  async find(name: string): Promise<string | undefined> {
    if (!/^[^/\\\0.][^/\\\0]*(?:\/[^/\\\0.][^/\\\0]*)*$/.test(name)) return undefined
    for (const folder of this.#folders) {
      for (const path of this.#placesIn(folder, name)) if (await this.#isOwnFile(path)) return slashes(path)
    }
    return undefined
  }

  /** Where a file would take the place of the one that was found: paths relative to the workspace. */
  placesBefore(name: string, found: string): string[] {
    const places = this.#folders.flatMap((folder) => this.#placesIn(folder, name).map(slashes))
    return places.slice(0, places.indexOf(found))
  }

  #placesIn(folder: string, name: string): string[] {
    if (name.includes('/') && this.#isWorkspace(folder)) return []
    return EXTENSIONS.map((extension) => join(folder, `${name}${extension}`))
  }

  async #isOwnFile(path: string): Promise<boolean> {
    const file = join(this.#root, path)
    if (!isFile(file)) return false
    return (await realpath(file)) === join(await realpath(this.#root), path)
  }

  async #in(folder: string): Promise<string[]> {
    const at = join(this.#root, folder)
    const entries = await readdir(at, { withFileTypes: true, recursive: !this.#isWorkspace(folder) }).catch(() => [])
    const paths = entries
      .filter((entry) => entry.isFile() && EXTENSIONS.some((extension) => entry.name.endsWith(extension)))
      .map((entry) => relative(this.#root, join(entry.parentPath, entry.name)))
      .filter((path) => !path.split(sep).some((part) => part.startsWith('.') || part === 'node_modules'))
    return paths.filter((path) => isRecipeText(join(this.#root, path))).sort()
  }

  /** The workspace's own folder holds much else: the folders in it are left out. */
  #isWorkspace(folder: string): boolean {
    return relative(this.#root, join(this.#root, folder)) === ''
  }
}

/** No file system has one whose name is longer than it allows. */
function isFile(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return false
    throw error
  }
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}
