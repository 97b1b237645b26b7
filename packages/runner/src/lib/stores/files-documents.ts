import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../json.ts'
import type { DocumentFilter, StoredDocument } from '../store.ts'
import { fileName, type FilesMedium } from './files-medium.ts'
import { numbers } from './files-numbered.ts'

/**
 * Documents, each a folder `documents/<collection>/<key>/` with a file for its revision. Who makes the file of the next
 * revision has changed the document; the one before it is removed then.
 */
export class FilesDocuments {
  readonly #medium: FilesMedium

  constructor(medium: FilesMedium) {
    this.#medium = medium
  }

  get(collection: string, key: string): StoredDocument | undefined {
    const folder = this.#folder(collection, key)
    for (;;) {
      const revision = this.#revision(folder)
      if (revision === 0) return undefined
      const value = this.#medium.readJson(join(folder, `${revision}.json`)) as JsonObject | undefined
      // Another process may have changed it meanwhile.
      if (value !== undefined) return { key, value, revision }
    }
  }

  list(collection: string, { after, before, reverse = false, limit = 100 }: DocumentFilter): StoredDocument[] {
    const keys = this.#medium
      .names(this.#medium.path('documents', fileName(collection)))
      .map((name) => decodeURIComponent(name))
      .filter((key) => (after === undefined || key > after) && (before === undefined || key < before))
      .sort()
    if (reverse) keys.reverse()
    const found: StoredDocument[] = []
    for (const key of keys) {
      if (found.length === limit) break
      const document = this.get(collection, key)
      if (document) found.push(document)
    }
    return found
  }

  put(collection: string, key: string, value: JsonObject | null, expected: number): boolean {
    const folder = this.#folder(collection, key)
    if (this.#revision(folder) !== expected) return false
    if (value === null) {
      rmSync(folder, { recursive: true, force: true })
      return true
    }
    this.#medium.makeFolder(folder)
    const file = join(folder, `${expected + 1}.json`)
    if (!this.#medium.create(file, JSON.stringify(value))) return false
    // Who was held up between its look and its writing has made a revision that was there before, and is gone.
    if (this.#revision(folder) !== expected + 1) {
      this.#medium.remove(file)
      return false
    }
    if (expected > 0) this.#medium.remove(join(folder, `${expected}.json`))
    return true
  }

  #folder(collection: string, key: string): string {
    return this.#medium.path('documents', fileName(collection), fileName(key))
  }

  #revision(folder: string): number {
    return numbers(this.#medium, folder).at(-1) ?? 0
  }
}
