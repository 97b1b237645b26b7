import { atLeastPerSecond, atLeastShare, atMost, atMostMore } from '../harness/verdicts.ts'
import type { Case, Entry, Workload } from '../harness/workload.ts'
import { deliveredTo } from './delivery.ts'

const SIZE = 100_000
const lorc = (name: string, variant: string): Entry => ({ name, module: 'contenders/lorc-events.ts', variant })
const sqlite = (name: string, variant: string): Entry => ({ name, module: 'peers/better-sqlite3.mjs', variant })

const emitted: Case = { name: '100,000 events of 450 bytes', task: 'emit', size: SIZE }

export const eventsEmit: Workload = {
  name: 'events-emit',
  title: 'Events: emitted into the embedded database, all on disk at the end',
  shows: 'per second',
  cases: [emitted],
  entries: [lorc('lorc', 'emit'), sqlite('better-sqlite3', 'plain'), sqlite('better-sqlite3, ids indexed', 'indexed')],
  against: 'lorc',
  targets: [
    { says: 'at least 150,000 a second', of: emitted.name, judge: atLeastPerSecond('lorc', 150_000) },
    { says: '70% of better-sqlite3', of: emitted.name, judge: atLeastShare('lorc', 'better-sqlite3', 0.7) },
  ],
  notes: [
    'lorc checks each event, makes its id of what it says, writes canonical JSON, refuses ids that are there, and keeps indexes on id ' +
      'and type, and counts. `better-sqlite3` does none of that: it writes rows as fast as can be had by hand.',
    'All is on disk in the write-ahead log. lorc brings its log into the database from 128 MB on, or as it closes, which is not timed; ' +
      '`better-sqlite3` has the limit of SQLite, 4 MB.',
  ],
}

const memory: Case = { name: 'emitting 100,000 events', task: 'memory', size: SIZE }

export const eventsMemory: Workload = {
  name: 'events-memory',
  title: 'Events: memory of the process that emits them',
  shows: 'bytes each',
  cases: [memory],
  entries: [lorc('lorc', 'memory')],
  against: 'lorc',
  targets: [{ says: 'at most 120 MB of resident memory at its peak', of: memory.name, judge: atMost('lorc', 120e6, 'B', SIZE) }],
  notes: ['All of the process, Node included, for each event.'],
}

const counted: Case = { name: 'by type, of 100,000', task: 'count', size: SIZE }

export const eventsCount: Workload = {
  name: 'events-count',
  title: 'Events: counted by type',
  shows: 'ms',
  cases: [counted],
  entries: [lorc('lorc, counts that are kept', 'counts'), lorc('lorc, SQL', 'SQL')],
  against: 'lorc, counts that are kept',
  targets: [{ says: 'at most 5 ms', of: counted.name, judge: atMost('lorc, counts that are kept', 5, 'ms', SIZE) }],
}

export const eventsDeliver: Workload = {
  name: 'events-deliver',
  title: 'Events: emitted, kept in the outbox, delivered over HTTP and acknowledged',
  entries: [lorc('lorc', 'http')],
  ...deliveredTo('a server', SIZE),
}

const IMPORT = 'import @lorc/event-client'

export const eventsImport: Workload = {
  name: 'events-import',
  title: 'Events: a program that imports the client',
  shows: 'ms each',
  cases: [{ name: '10 starts', task: 'start', size: 10 }],
  entries: ['node', IMPORT].map((variant) => ({ name: variant, module: 'contenders/command.ts', variant })),
  against: 'node',
  targets: [{ says: 'at most 10 ms more than an empty Node program', of: '10 starts', judge: atMostMore(IMPORT, 'node', 10, 1) }],
  repetitions: 11,
}
