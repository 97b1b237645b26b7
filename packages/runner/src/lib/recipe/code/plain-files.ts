import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { normalizePath } from '../paths.ts'

/** A folder that is there and no symbolic link, with what is in it; `missing`; or `odd`: something else. */
type Folder = ReadonlyMap<string, 'folder' | 'link' | 'file'> | 'missing' | 'odd'

/**
 * Tells of paths whether a symbolic link may stand on their way. Each folder is read once, however many files of it are
 * asked for.
 */
export class PlainFiles {
  readonly #root: string
  readonly #folders = new Map<string, Promise<Folder>>()

  /** `root` is absolute. */
  constructor(root: string) {
    this.#root = root
  }

  /** Whether a path is that of a file in real folders below the root, or of one that is not there. */
  async isPlain(path: string): Promise<boolean> {
    const normal = normalizePath(path)
    if (normal === undefined || normal === '') return false
    const slash = normal.lastIndexOf('/')
    const folder = await this.#folder(slash < 0 ? '' : normal.slice(0, slash))
    if (typeof folder === 'string') return folder === 'missing'
    return folder.get(fold(normal.slice(slash + 1))) !== 'link'
  }

  #folder(path: string): Promise<Folder> {
    const known = this.#folders.get(path)
    if (known) return known
    const found = this.#look(path)
    this.#folders.set(path, found)
    return found
  }

  async #look(path: string): Promise<Folder> {
    if (path !== '') {
      const slash = path.lastIndexOf('/')
      const parent = await this.#folder(slash < 0 ? '' : path.slice(0, slash))
      if (typeof parent === 'string') return parent
      const kind = parent.get(fold(path.slice(slash + 1)))
      if (kind !== 'folder') return kind === undefined ? 'missing' : 'odd'
    }
    try {
      const entries = await readdir(join(this.#root, path), { withFileTypes: true })
      const kinds = new Map<string, 'folder' | 'link' | 'file'>()
      for (const entry of entries) {
        const kind = entry.isSymbolicLink() ? 'link' : entry.isDirectory() ? 'folder' : 'file'
        // Of names that some file systems take for one, a link counts.
        if (kinds.get(fold(entry.name)) !== 'link') kinds.set(fold(entry.name), kind)
      }
      return kinds
    } catch {
      return 'odd'
    }
  }
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase()
}
