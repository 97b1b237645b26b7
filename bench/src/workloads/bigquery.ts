import { atMost } from '../harness/verdicts.ts'
import type { Case, Workload } from '../harness/workload.ts'
import { deliveredTo } from './delivery.ts'

const SIZE = 100_000

export const bigqueryDeliver: Workload = {
  name: 'bigquery-deliver',
  title: 'Events: emitted, kept in the outbox, delivered to BigQuery and acknowledged',
  entries: [{ name: 'lorc', module: 'contenders/lorc-bigquery.ts' }],
  ...deliveredTo('BigQuery', SIZE),
  notes: [
    'All of it is timed: 100,000 events of 450 bytes emitted, written to the outbox, sent by the real client, acknowledged, and taken out ' +
      'of the outbox. The contract server is a process of its own; it checks and keeps the rows of one request in 20, so that it is not what is measured.',
  ],
}

const memory: Case = { name: 'delivering 100,000 events', task: 'memory', size: SIZE }

export const bigqueryMemory: Workload = {
  name: 'bigquery-memory',
  title: 'Events: memory of the process that delivers them to BigQuery',
  shows: 'bytes each',
  cases: [memory],
  entries: [{ name: 'lorc', module: 'contenders/lorc-bigquery.ts' }],
  against: 'lorc',
  targets: [{ says: 'at most 200 MB of resident memory at its peak', of: memory.name, judge: atMost('lorc', 200e6, 'B', SIZE) }],
  notes: ['All of the process, Node and the BigQuery client included, for each event. The server is a process of its own.'],
}
