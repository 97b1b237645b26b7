import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ServerError } from '../errors.ts'
import { isDamaged, LedgerFile } from '../ledger/ledger-file.ts'
import { hashOf, idOf, isSame, newKey } from './api-key.ts'

/** What an API key may allow. */
export type KeyScope = 'read' | 'run' | 'operate'
export const KEY_SCOPES: readonly KeyScope[] = ['read', 'run', 'operate']

/** A key as it is kept: nobody can tell the key from it. Times are Unix milliseconds. */
export interface StoredKey {
  /** The part of the key after `lorc_`. */
  id: string
  name: string
  scopes: KeyScope[]
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
}

export interface NewKey {
  name: string
  scopes: readonly KeyScope[]
  expiresAt?: number
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS keys (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, hash BLOB NOT NULL, created_at INTEGER NOT NULL,
  expires_at INTEGER, revoked_at INTEGER
)`
const KEY = 'id, name, scopes, hash, created_at AS createdAt, expires_at AS expiresAt, revoked_at AS revokedAt'
/** What is compared where there is no such key, so that this takes as long. */
const NOBODY = new Uint8Array(32)

interface Row extends Omit<StoredKey, 'scopes'> {
  scopes: string
  hash: Uint8Array
}

/** API keys, hashed, in one SQLite database. What another process adds or revokes counts with the next request. */
export class KeyStore {
  readonly #file: LedgerFile
  readonly #now: () => number
  /** As of `#version`. */
  readonly #known = new Map<string, Row>()
  #version = -1
  #look: StatementSync | undefined

  /** The file is made with the first key. */
  constructor(file: string, now: () => number = Date.now) {
    this.#file = new LedgerFile(file, SCHEMA, unavailable)
    this.#now = now
  }

  /** Makes a key; its text is shown here, and nowhere else. Throws KEYS_UNAVAILABLE, as everything here does. */
  add(wanted: NewKey): { text: string; key: StoredKey } {
    return this.#add(wanted, '').made
  }

  /** The same, where there has never been a key; undefined: there is one, or was. Of several processes at once, one makes it. */
  addFirst(wanted: NewKey): { text: string; key: StoredKey } | undefined {
    const { made, isKept } = this.#add(wanted, 'WHERE NOT EXISTS (SELECT 1 FROM keys)')
    return isKept ? made : undefined
  }

  #add({ name, scopes, expiresAt }: NewKey, condition: string): { made: { text: string; key: StoredKey }; isKept: boolean } {
    const { id, text } = newKey()
    const known = KEY_SCOPES.filter((scope) => scopes.includes(scope))
    const key: StoredKey = { id, name, scopes: known, createdAt: this.#now(), expiresAt: expiresAt ?? null, revokedAt: null }
    const { changes } = this.#file.write((db) =>
      db.prepare(`INSERT INTO keys SELECT ?, ?, ?, ?, ?, ?, NULL ${condition}`).run(id, name, known.join(' '), hashOf(text), key.createdAt, key.expiresAt),
    )
    return { made: { text, key }, isKept: changes > 0 }
  }

  /** Every key, those that are revoked too; the oldest first. */
  list(): StoredKey[] {
    return this.#file.read((db) => (db.prepare(`SELECT ${KEY} FROM keys ORDER BY created_at, id`).all() as unknown as Row[]).map(toKey)) ?? []
  }

  /** Whether there is a key, or was one. Asked with each request until there is. */
  hasAny(): boolean {
    return this.#file.read((db) => db.prepare('SELECT 1 FROM keys LIMIT 1').get()) !== undefined
  }

  /** Throws KEY_UNKNOWN. */
  get(id: string): StoredKey {
    const key = this.list().find((one) => one.id === id)
    if (key) return key
    throw new ServerError('KEY_UNKNOWN', `There is no key ${JSON.stringify(id)}.`, { fix: '`lorc keys list` shows the keys there are, by their ids.' })
  }

  /** One that was revoked before stays as it was. Throws KEY_UNKNOWN. */
  revoke(id: string): StoredKey {
    this.get(id)
    this.#known.delete(id)
    this.#file.write((db) => db.prepare('UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(this.#now(), id))
    return this.get(id)
  }

  /** The key that this text is, if it counts now. Takes as long for a wrong secret as for a key that is not there. */
  find(text: string): StoredKey | undefined {
    const id = idOf(text)
    const row = id === undefined ? undefined : this.#row(id)
    if (!isSame(text, row?.hash ?? NOBODY) || !row) return undefined
    const counts = row.revokedAt === null && (row.expiresAt === null || row.expiresAt > this.#now())
    return counts ? toKey(row) : undefined
  }

  close(): void {
    this.#file.close()
  }

  /** Read anew only after another process has written. What is not there is not remembered: anybody can ask for that. */
  #row(id: string): Row | undefined {
    return this.#file.read((db) => {
      this.#look ??= db.prepare('PRAGMA data_version')
      const { data_version: version } = this.#look.get() as { data_version: number }
      if (version !== this.#version) this.#known.clear()
      this.#version = version
      const row = this.#known.get(id) ?? rowOf(db, id)
      if (row) this.#known.set(id, row)
      return row
    })
  }
}

function rowOf(db: DatabaseSync, id: string): Row | undefined {
  return db.prepare(`SELECT ${KEY} FROM keys WHERE id = ?`).get(id) as Row | undefined
}

function toKey({ id, name, scopes, createdAt, expiresAt, revokedAt }: Row): StoredKey {
  return { id, name, scopes: scopes.split(' ').filter((scope): scope is KeyScope => (KEY_SCOPES as readonly string[]).includes(scope)), createdAt, expiresAt, revokedAt }
}

function unavailable(error: unknown): ServerError {
  const why = error instanceof Error ? error.message : String(error)
  return new ServerError('KEYS_UNAVAILABLE', `The keys cannot be read or written: ${why}.`, {
    cause: error,
    fix: isDamaged(error)
      ? 'Restore `keys.db` from a backup.'
      : 'Make room on the disk, and the folder of `keys.db` writable for the user of the service.',
  })
}
