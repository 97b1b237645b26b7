import type { DatabaseSync } from 'node:sqlite'
import { RunnerError } from '../errors.ts'

/** "lorc": `application_id` of the files that this code writes. */
const APPLICATION_ID = 0x6c6f7263

/**
 * Runs are numbered in the order of their creation, so `runs.id` orders them by age. A row of the journal is a batch of
 * events, its lines joined by line ends, under `key`: `run << 32 | seq` of its first event. Batches that are committed
 * alone go into a tree clustered by run: one page to write. Those that several runs commit together go one after the
 * other into a tree of their own with an index: otherwise each would have a page to itself. `attempt_lists.key` is
 * `run << 32 | ordinal`; the view `attempts` is for people's queries.
 */
const SCHEMA = `
CREATE TABLE plans (hash TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE drivers (
  id INTEGER PRIMARY KEY, driver TEXT NOT NULL UNIQUE, pid INTEGER NOT NULL, start_time TEXT NOT NULL,
  machine TEXT NOT NULL, heartbeat INTEGER NOT NULL
);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL, driver INTEGER REFERENCES drivers,
  name TEXT NOT NULL, status TEXT NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER, recipe TEXT,
  plan_hash TEXT NOT NULL, steps INTEGER NOT NULL, error TEXT
);
CREATE INDEX runs_name ON runs (name);
CREATE INDEX runs_status ON runs (status);
CREATE TABLE journal_alone (key INTEGER PRIMARY KEY, count INTEGER NOT NULL, lines TEXT NOT NULL);
CREATE TABLE journal_shared (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, count INTEGER NOT NULL, lines TEXT NOT NULL);
CREATE UNIQUE INDEX journal_shared_key ON journal_shared (key);
CREATE VIEW journal AS
  SELECT key, count, lines FROM journal_alone UNION ALL SELECT key, count, lines FROM journal_shared;
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, type TEXT NOT NULL, by TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX inbox_pending ON inbox (run) WHERE done = 0;
CREATE TABLE cache (
  id INTEGER PRIMARY KEY, plan_name TEXT NOT NULL, step TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  run_id TEXT NOT NULL, created_at INTEGER NOT NULL
);
CREATE INDEX cache_key ON cache (plan_name, step, key);
CREATE INDEX cache_step ON cache (plan_name, step);
CREATE TABLE attempt_lists (key INTEGER PRIMARY KEY, list TEXT NOT NULL);
CREATE VIEW attempts AS
  SELECT run_id, name, value ->> 0 AS step, value ->> 1 AS attempt, value ->> 2 AS status, value ->> 3 AS started_at,
    value ->> 4 AS ended_at, value ->> 5 AS error_code, value ->> 6 AS wall_ms, value ->> 7 AS cpu_user_ms,
    value ->> 8 AS cpu_system_ms, value ->> 9 AS peak_rss_bytes, value ->> 10 AS exit_code
  FROM attempt_lists JOIN runs ON runs.id = attempt_lists.key >> 32, json_each(list);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = 1;
`

/** What brings a file to each version from the one before it. */
const MIGRATIONS: readonly string[] = [
  SCHEMA,
  `ALTER TABLE inbox ADD COLUMN step TEXT;
  ALTER TABLE inbox ADD COLUMN approved INTEGER;
  PRAGMA user_version = 2;`,
  // The newest runs at the top are found at once, however many children lie between them.
  `ALTER TABLE runs ADD COLUMN parent_run TEXT;
  ALTER TABLE runs ADD COLUMN parent_step TEXT;
  CREATE INDEX runs_top ON runs (id) WHERE parent_run IS NULL;
  PRAGMA user_version = 3;`,
  `ALTER TABLE runs ADD COLUMN accepted INTEGER;
  ALTER TABLE runs ADD COLUMN idempotency_key TEXT;
  ALTER TABLE runs ADD COLUMN fingerprint TEXT;
  CREATE UNIQUE INDEX runs_idempotency ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE INDEX runs_recipe ON runs (recipe) WHERE recipe IS NOT NULL;
  PRAGMA user_version = 4;`,
]
const SCHEMA_VERSION = MIGRATIONS.length

/**
 * Brings the file to the current schema. Throws STORE_VERSION for a newer one, STORE_UNAVAILABLE for a database of
 * another program, and SQLite's own error (busy among them) where the file cannot be read or written.
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

/** That a file which may not be written has the current schema. Throws as `migrate` does, and STORE_VERSION for an older one. */
export function checkSchema(db: DatabaseSync, file: string): void {
  const version = versionOf(db, file)
  if (version === SCHEMA_VERSION) return
  throw new RunnerError(
    'STORE_VERSION',
    `The store ${JSON.stringify(file)} has version ${version} and may not be written; this lorc reads version ${SCHEMA_VERSION}.`,
    { fix: 'Have somebody who may write it list its runs once with this lorc, which brings it to that version.' },
  )
}

/** Ends a transaction that failed; SQLite has ended some of them by itself. */
export function rollback(db: DatabaseSync): void {
  try {
    db.exec('ROLLBACK')
  } catch {
    // No transaction is left, which is what was wanted.
  }
}

/** 0: an empty file. */
function versionOf(db: DatabaseSync, file: string): number {
  // Counted first: another process may make the schema between these, and that sets the rest with it.
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
  const version = pragma(db, 'user_version')
  const application = pragma(db, 'application_id')
  if (application === APPLICATION_ID) {
    if (version <= SCHEMA_VERSION) return version
    throw new RunnerError(
      'STORE_VERSION',
      `The store ${JSON.stringify(file)} has version ${version}; this lorc reads up to version ${SCHEMA_VERSION}.`,
      { fix: 'Update lorc, or use another store.' },
    )
  }
  if (tables === 0) return 0
  throw new RunnerError(
    'STORE_UNAVAILABLE',
    `${JSON.stringify(file)} is a SQLite database of another program: it was left as it is.`,
    { fix: 'Name another file.' },
  )
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return (db.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[name] ?? 0
}
