import { createRequire } from 'node:module'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { storeProblem } from './store-problem.ts'

const loadSqlite = () => createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite')

/** 8 MB: with ten million ids, one look-up in twenty is for nothing. */
const FILTER_BITS = 1 << 26
const PROBES = 3

/** Counts that memory had no room for, in a temporary database. It is closed, and its file goes, with this object. */
export class OccurrenceSpill {
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #select: StatementSync
  /** A Bloom filter: nearly all ids that are asked for are not here. */
  readonly #filter = new Uint32Array(FILTER_BITS / 32)

  constructor() {
    this.#db = new (loadSqlite().DatabaseSync)('')
    this.#db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000')
    this.#db.exec('CREATE TABLE counts (id INTEGER PRIMARY KEY, count INTEGER NOT NULL)')
    this.#insert = this.#db.prepare('INSERT OR REPLACE INTO counts (id, count) VALUES (?, ?)')
    this.#select = this.#db.prepare('SELECT count FROM counts WHERE id = ?')
  }

  /** Takes over slots of three words: two halves of an id and its count, which replaces the one that is here. */
  put(slots: Uint32Array): void {
    const counts = new Map<bigint, number>()
    let size = 0
    const ids = new BigInt64Array(slots.length / 3)
    for (let at = 0; at < slots.length; at += 3) {
      const [high, low, count] = [slots[at]!, slots[at + 1]!, slots[at + 2]!]
      if (count === 0) continue
      ids[size] = idOf(high, low)
      if (count > 1) counts.set(ids[size]!, count)
      size += 1
      for (let probe = 0; probe < PROBES; probe += 1) {
        const bit = bitOf(high, low, probe)
        this.#filter[bit >>> 5]! |= 1 << (bit & 31)
      }
    }
    // In order, so that neighbours are written together.
    const sorted = ids.subarray(0, size).sort()
    try {
      this.#db.exec('BEGIN')
      for (const id of sorted) this.#insert.run(id, counts.get(id) ?? 1)
      this.#db.exec('COMMIT')
    } catch (error) {
      throw storeProblem(error, 'write', 'temporary file')
    }
  }

  /** 0 for an id that is not here. */
  count(high: number, low: number): number {
    for (let probe = 0; probe < PROBES; probe += 1) {
      const bit = bitOf(high, low, probe)
      if ((this.#filter[bit >>> 5]! & (1 << (bit & 31))) === 0) return 0
    }
    const row = this.#select.get(idOf(high, low))
    return row === undefined ? 0 : Number(row['count'])
  }
}

function idOf(high: number, low: number): bigint {
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
}

function bitOf(high: number, low: number, probe: number): number {
  return (high + Math.imul(low, probe)) & (FILTER_BITS - 1)
}
