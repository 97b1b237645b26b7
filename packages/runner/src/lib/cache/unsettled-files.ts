import { dirname, join } from 'node:path/posix'
import { MAGIC } from './input-files.ts'

/** Files that may be written anew, for who asks whether `inputs:` could stand for one of them, as far as their names tell. */
export class UnsettledFiles {
  readonly #files: string[] = []
  /** Each of them, and the folders that it is in. */
  readonly #places = new Set<string>()
  /** What was asked for with a pattern: whether there was one, and how many files were looked at. */
  readonly #asked = new Map<string, { found: boolean; seen: number }>()

  add(file: string): void {
    const written = absolute(file)
    this.#files.push(written)
    for (let place = written; !this.#places.has(place); place = dirname(place)) this.#places.add(place)
  }

  /** Whether a file, folder or glob of `inputs:` could stand for one of them. */
  couldHold(input: string): boolean {
    const magic = input.search(MAGIC)
    return magic < 0 ? this.#places.has(absolute(input)) : this.#begins(join('/', input.slice(0, magic)))
  }

  #begins(prefix: string): boolean {
    const asked = this.#asked.get(prefix) ?? { found: false, seen: 0 }
    this.#asked.set(prefix, asked)
    while (!asked.found && asked.seen < this.#files.length) asked.found = this.#files[asked.seen++]!.startsWith(prefix)
    return asked.found
  }
}

/** As from the workspace; a folder without the slash at its end. */
function absolute(path: string): string {
  const whole = join('/', path)
  return whole.length > 1 && whole.endsWith('/') ? whole.slice(0, -1) : whole
}
