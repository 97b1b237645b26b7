import type { StoreSize } from '../store.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

const OF_RUN = 'key BETWEEN ? << 32 AND ? << 32 | 0xffffffff'

/** Removes runs and cached results, and tells what that made room for. */
export class SqliteRemoval {
  readonly #connection: SqliteConnection
  readonly #sql

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#sql = {
      ended: connection.prepare(`SELECT id FROM runs WHERE run_id = ? AND status <> 'running' AND driver IS NULL`),
      byKey: ['journal_alone', 'journal_shared', 'attempt_lists'].map((table) => connection.prepare(`DELETE FROM ${table} WHERE ${OF_RUN}`)),
      inbox: connection.prepare('DELETE FROM inbox WHERE run = ?'),
      run: connection.prepare('DELETE FROM runs WHERE id = ?'),
      plans: connection.prepare('DELETE FROM plans WHERE hash NOT IN (SELECT plan_hash FROM runs)'),
      cache: connection.prepare(
        `DELETE FROM cache WHERE created_at < ? AND id NOT IN (SELECT id FROM (
          SELECT id, row_number() OVER (PARTITION BY plan_name, step ORDER BY id DESC) AS place FROM cache
        ) WHERE place <= ?)`,
      ),
      pages: ['page_count', 'freelist_count', 'page_size'].map((name) => connection.prepare(`PRAGMA ${name}`)),
    }
  }

  /** All of them in one transaction. */
  async remove(runIds: readonly string[]): Promise<string[]> {
    return this.#connection.transact(
      () => {
        const removed: string[] = []
        for (const runId of runIds) {
          const row = this.#sql.ended().get(runId) as { id: number } | undefined
          if (row === undefined) continue
          for (const statement of this.#sql.byKey) statement().run(row.id, row.id)
          this.#sql.inbox().run(row.id)
          this.#sql.run().run(row.id)
          removed.push(runId)
        }
        return removed
      },
      () => {},
    )
  }

  async removePlans(): Promise<void> {
    await this.#connection.write(() => {
      this.#sql.plans().run()
      this.#connection.beginEra()
    })
  }

  async removeCached(before: number, keep: number): Promise<number> {
    return Number(await this.#connection.write(() => this.#sql.cache().run(before, keep).changes))
  }

  size(): Promise<StoreSize> {
    return this.#connection.read(() => {
      const [pages = 0, free = 0, size = 0] = this.#sql.pages.map((prepared) => Object.values(prepared().get() as object)[0] as number)
      return { bytes: pages * size, freeBytes: free * size }
    })
  }

  async compact(): Promise<void> {
    await this.#connection.write(() => this.#connection.db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)'))
  }
}
