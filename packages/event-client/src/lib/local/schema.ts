import type { DatabaseSync } from 'node:sqlite'
import { EventError } from '../errors.ts'

/** "lorE": `application_id` of the files that this code writes. */
const APPLICATION_ID = 0x6c6f7245

/**
 * Rows of the outbox are numbered by sink: `sink << 40 | n`, so that those of one sink lie together, in the order in which
 * they were emitted; no number is used twice, and some are not used. A claim is on a range of numbers. `seen` holds the ids
 * that were put into the outbox, delivered or not; `days` tells where in the numbers each day (UTC, since 1970) began.
 * `sinks.waiting` is how many rows of the sink are in the outbox. In `tallies`, emitter 0 stands for all of them.
 */
const SCHEMA = `
CREATE TABLE events (
  event_id TEXT NOT NULL, event_type TEXT NOT NULL, source TEXT NOT NULL, schema_ref TEXT, created_at TEXT NOT NULL,
  correlation_id TEXT, subject_id TEXT, payload TEXT NOT NULL
);
CREATE UNIQUE INDEX events_id ON events (event_id);
CREATE INDEX events_type ON events (event_type, created_at);
CREATE TABLE raw_objects (
  idem_key TEXT PRIMARY KEY, source TEXT NOT NULL, object_type TEXT NOT NULL, object_id TEXT NOT NULL,
  payload TEXT NOT NULL, correlation_id TEXT, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, changed_at TEXT NOT NULL
);
CREATE INDEX raw_objects_changed ON raw_objects (object_type, changed_at);
CREATE TABLE emitters (id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, step TEXT NOT NULL, UNIQUE (run_id, step));
CREATE TABLE tallies (
  emitter INTEGER NOT NULL, event_type TEXT NOT NULL, emitted INTEGER NOT NULL, duplicates INTEGER NOT NULL,
  delivered INTEGER NOT NULL, rejected INTEGER NOT NULL, PRIMARY KEY (emitter, event_type)
) WITHOUT ROWID;
CREATE TABLE sinks (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, next INTEGER NOT NULL, waiting INTEGER NOT NULL);
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY, emitter INTEGER NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL, event_id TEXT NOT NULL,
  event_type TEXT NOT NULL, source TEXT NOT NULL, schema_ref TEXT, created_at TEXT NOT NULL, correlation_id TEXT,
  subject_id TEXT, payload TEXT NOT NULL
);
CREATE TABLE claims (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, holder TEXT NOT NULL, until INTEGER NOT NULL);
CREATE TABLE seen (
  sink INTEGER NOT NULL, event_id BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (sink, event_id)
) WITHOUT ROWID;
CREATE TABLE days (sink INTEGER NOT NULL, day INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (sink, day)) WITHOUT ROWID;
CREATE TABLE dead_letters (
  event_id TEXT NOT NULL, event_type TEXT NOT NULL, source TEXT NOT NULL, schema_ref TEXT, created_at TEXT NOT NULL,
  correlation_id TEXT, subject_id TEXT, payload TEXT NOT NULL, sink INTEGER NOT NULL, emitter INTEGER NOT NULL,
  reason TEXT NOT NULL, rejected_at TEXT NOT NULL, PRIMARY KEY (sink, event_id)
);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = 1;
`

/** How many events there are of each type: those who write rows add to it, and whoever removes some by hand takes from it. */
const EVENT_COUNTS = `
CREATE TABLE event_counts (event_type TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO event_counts SELECT event_type, count(*) FROM events GROUP BY event_type;
CREATE TRIGGER events_removed AFTER DELETE ON events BEGIN
  UPDATE event_counts SET count = count - 1 WHERE event_type = old.event_type;
  DELETE FROM event_counts WHERE event_type = old.event_type AND count = 0;
END;
PRAGMA user_version = 2;
`

/** What brings a file to each version from the one before it. */
const MIGRATIONS: readonly string[] = [SCHEMA, EVENT_COUNTS]
const SCHEMA_VERSION = MIGRATIONS.length

/** The statements that make the tables for people's queries. */
export const TABLES_DDL = SCHEMA.split(';\n').slice(0, 5).map((statement) => `${statement.trim()};`)

/**
 * Brings the file to the current schema. Throws EVENTS_STORE_VERSION for a newer one, EVENTS_STORE_UNAVAILABLE for a
 * database of another program, and SQLite's own error where the file cannot be read or written.
 */
export function migrate(db: DatabaseSync, file: string): void {
  if (versionOf(db, file) === SCHEMA_VERSION) return
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const migration of MIGRATIONS.slice(versionOf(db, file))) db.exec(migration)
    db.exec('COMMIT')
  } catch (error) {
    rollback(db)
    throw error
  }
}

/** Ends a transaction that failed; SQLite has ended some of them by itself. */
export function rollback(db: DatabaseSync): void {
  try {
    db.exec('ROLLBACK')
  } catch {
    // No transaction is left, which is what was wanted.
  }
}

/** 0: an empty file. Changes nothing. Throws as `migrate` does. */
export function versionOf(db: DatabaseSync, file: string): number {
  // Counted first: another process may make the schema between these, and that sets the rest with it.
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
  const version = pragma(db, 'user_version')
  const application = pragma(db, 'application_id')
  if (application === APPLICATION_ID) {
    if (version <= SCHEMA_VERSION) return version
    const message = `The events database ${JSON.stringify(file)} has version ${version}; this program reads up to ${SCHEMA_VERSION}.`
    throw new EventError('EVENTS_STORE_VERSION', message, { fix: 'Update @lorc/event-client, or use another file.' })
  }
  if (tables === 0) return 0
  const message = `${JSON.stringify(file)} is a SQLite database of another program: it was left as it is.`
  throw new EventError('EVENTS_STORE_UNAVAILABLE', message, { fix: 'Name another file.' })
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
}
