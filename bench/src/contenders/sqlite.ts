import { join } from 'node:path'
import { versions } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import type { Contender, OpenOptions } from '../harness/contender.ts'

/** What lorc's journal takes for one step that does nothing: its completion and the start of the next. */
const ROW = 'x'.repeat(580)

/** The limit: rows in a table, and nothing else. Variants: `FULL` and `NORMAL`, SQLite's `synchronous`. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const db = new DatabaseSync(join(scratch, 'limit.db'))
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${variant}`)
  db.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL)')
  const insert = db.prepare('INSERT INTO rows (text) VALUES (?)')
  const rows = (count: number): void => {
    for (let i = 0; i < count; i++) insert.run(ROW)
  }
  return {
    version: versions['sqlite'] ?? '',
    settings: `WAL, synchronous ${variant}, rows of ${ROW.length} bytes`,
    tasks: {
      /** Each row is a transaction. */
      sequence: async (count) => rows(count),
      /** One transaction for all. */
      fanOut: async (count) => {
        db.exec('BEGIN')
        rows(count)
        db.exec('COMMIT')
      },
      /** One transaction for the runs that go on at once, for each step. */
      runs: async (runs, { steps, atOnce }) => {
        for (let left = (runs * Number(steps)) / Number(atOnce); left > 0; left--) {
          db.exec('BEGIN')
          rows(Number(atOnce))
          db.exec('COMMIT')
        }
      },
    },
    close: async () => db.close(),
  }
}
