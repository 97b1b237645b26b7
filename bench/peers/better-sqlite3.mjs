import Database from 'better-sqlite3'
import { randomUUID } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { eventSample } from './event-sample.mjs'
import { versionOf } from './version.mjs'

const BATCH = 500
const TABLE = `event_type TEXT NOT NULL, source TEXT NOT NULL, schema_ref TEXT, created_at TEXT NOT NULL, correlation_id TEXT,
  subject_id TEXT, payload TEXT NOT NULL`

/**
 * Rows in a table, written by hand: the columns of an event, the payload as JSON, batches of 500 in a transaction, synced
 * once at the end. Variants: `plain`, with ids that nothing checks; `indexed`, with ids that are a primary key.
 */
export async function open({ scratch, variant }) {
  const indexed = variant === 'indexed'
  return {
    version: versionOf('better-sqlite3'),
    settings: `WAL, synchronous NORMAL, batches of ${BATCH}, random ids ${indexed ? 'as primary key' : 'without an index'}, one sync at the end`,
    tasks: {
      async emit(size) {
        const file = join(scratch, 'events.db')
        const db = new Database(file)
        db.pragma('journal_mode = WAL')
        db.pragma('synchronous = NORMAL')
        db.exec(`CREATE TABLE events (event_id TEXT ${indexed ? 'PRIMARY KEY' : ''}, ${TABLE})`)
        const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
        const write = db.transaction((events) => {
          for (const { type, source, schemaRef, subjectId, payload } of events) {
            insert.run(randomUUID(), type, source, schemaRef, new Date().toISOString(), 'run', subjectId, JSON.stringify(payload))
          }
        })
        const begin = performance.now()
        for (let from = 0; from < size; from += BATCH) {
          write(Array.from({ length: Math.min(BATCH, size - from) }, (_, at) => eventSample(from + at)))
        }
        const wal = openSync(`${file}-wal`, 'r')
        fdatasyncSync(wal)
        const measured = performance.now() - begin
        closeSync(wal)
        db.close()
        rmSync(file)
        return { measured }
      },
    },
    async close() {},
  }
}
