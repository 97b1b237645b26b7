import { atLeastPerSecond } from '../harness/verdicts.ts'
import type { Case, Workload } from '../harness/workload.ts'
import { bullmq, dbos, openworkflow, restate } from './peers.ts'

const cases: Case[] = [
  { name: '1,000 steps', task: 'fanOut', size: 1000 },
  { name: '10,000 steps', task: 'fanOut', size: 10_000 },
]

export const fanOut: Workload = {
  name: 'fan-out',
  title: 'Fan-out: steps that may all run at once, durable',
  shows: 'per second',
  cases,
  entries: [
    { name: 'lorc', module: 'contenders/lorc.ts', variant: 'power' },
    { name: 'SQLite alone', module: 'contenders/sqlite.ts', variant: 'FULL' },
    bullmq(),
    openworkflow({ upTo: 1000 }),
    restate({ upTo: 1000 }),
    dbos({ upTo: 1000 }),
  ],
  against: 'lorc',
  targets: cases.map(({ name }) => ({ says: 'at least 80,000 steps a second', of: name, judge: atLeastPerSecond('lorc', 80_000) })),
  notes: [
    '`SQLite alone` writes all rows in one transaction. BullMQ runs a flow: one parent, its children in one queue. ' +
      'OpenWorkflow allows 1,000 steps a workflow; Restate and DBOS take part up to that.',
  ],
}
