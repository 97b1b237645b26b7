import type { JsonObject } from '../json.ts'
import type { DocumentFilter, StoredDocument } from '../store.ts'

interface KeptDocument {
  json: string
  revision: number
}

/** Documents, by collection and key. */
export class MemoryDocuments {
  readonly #collections = new Map<string, Map<string, KeptDocument>>()

  get(collection: string, key: string): StoredDocument | undefined {
    const found = this.#collections.get(collection)?.get(key)
    return found && documentOf(key, found)
  }

  list(collection: string, { after, before, reverse = false, limit = 100 }: DocumentFilter): StoredDocument[] {
    const found = [...(this.#collections.get(collection) ?? [])]
      .filter(([key]) => (after === undefined || key > after) && (before === undefined || key < before))
      .sort(([a], [b]) => (a < b ? -1 : 1))
    const ordered = reverse ? found.reverse() : found
    return ordered.slice(0, limit).map(([key, kept]) => documentOf(key, kept))
  }

  put(collection: string, key: string, value: JsonObject | null, expected: number): boolean {
    const documents = this.#collections.get(collection) ?? new Map<string, KeptDocument>()
    if ((documents.get(key)?.revision ?? 0) !== expected) return false
    if (value === null) documents.delete(key)
    else documents.set(key, { json: JSON.stringify(value), revision: expected + 1 })
    this.#collections.set(collection, documents)
    return true
  }
}

function documentOf(key: string, { json, revision }: KeptDocument): StoredDocument {
  return { key, value: JSON.parse(json) as JsonObject, revision }
}
