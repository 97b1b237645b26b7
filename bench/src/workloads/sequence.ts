import { atLeastPerSecond, atLeastShare } from '../harness/verdicts.ts'
import type { Case, Entry, Workload } from '../harness/workload.ts'
import { dbos, openworkflow, restate } from './peers.ts'

const cases: Case[] = [
  { name: '1,000 steps', task: 'sequence', size: 1000 },
  { name: '10,000 steps', task: 'sequence', size: 10_000 },
]

const limit = (synchronous: string): Entry => ({ name: 'SQLite alone', module: 'contenders/sqlite.ts', variant: synchronous })
const lorc = (durability: string): Entry => ({ name: 'lorc', module: 'contenders/lorc.ts', variant: durability })

const POWER_NOTE =
  'Each step does nothing, and the next one starts when its completion is on disk. `SQLite alone` writes one row for each ' +
  'step, in a transaction of its own: what any engine on SQLite can reach at most. OpenWorkflow ' +
  'allows 1,000 steps a workflow; Restate and DBOS take part up to that, so that a run of this does not take an hour.'

export const sequencePower: Workload = {
  name: 'sequence',
  title: 'Steps in sequence, each synced before the next starts',
  shows: 'per second',
  cases,
  entries: [lorc('power'), limit('FULL'), openworkflow({ upTo: 1000 }), restate({ upTo: 1000 }), dbos({ upTo: 1000 })],
  against: 'lorc',
  targets: cases.flatMap(({ name }) => [
    { says: 'at least 6,000 steps a second', of: name, judge: atLeastPerSecond('lorc', 6000) },
    { says: '75% of SQLite alone', of: name, judge: atLeastShare('lorc', 'SQLite alone', 0.75) },
  ]),
  notes: [POWER_NOTE],
}

export const sequenceProcess: Workload = {
  name: 'sequence-process',
  title: 'Steps in sequence, surviving a killed process but not a power cut',
  shows: 'per second',
  cases,
  entries: [lorc('process'), { ...lorc('files, process'), name: 'lorc, files store' }, limit('NORMAL')],
  against: 'lorc',
  targets: cases.flatMap(({ name }) =>
    ['lorc', 'lorc, files store'].map((entry) => ({
      says: `${entry}: at least 50,000 steps a second`,
      of: name,
      judge: atLeastPerSecond(entry, 50_000),
    })),
  ),
  notes: [
    'As above with `durability: process`: handed to the operating system, not synced. A transaction of SQLite takes most ' +
      'of what is measured here, so what needs more has the files store, which keeps the same promises.',
  ],
}
