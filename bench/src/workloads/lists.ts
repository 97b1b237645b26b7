import { atMost } from '../harness/verdicts.ts'
import type { Case, Workload } from '../harness/workload.ts'

const page: Case = { name: 'the first page of the list', task: 'list', size: 1, options: { atOnce: 10 } }
const one: Case = { name: 'one run', task: 'show', size: 1, options: { atOnce: 10 } }
const lorc = 'lorc serve'

export const runsList: Workload = {
  name: 'runs-list',
  title: 'Looking at runs over HTTP, 100,000 kept: 99 of 100 requests take at most',
  shows: 'ms',
  cases: [page, one],
  entries: [
    { name: lorc, module: 'contenders/lists.ts', variant: 'lorc serve' },
    { name: 'fastify', module: 'contenders/lists.ts', variant: 'fastify' },
  ],
  against: lorc,
  targets: [page, one].map(({ name }) => ({ says: 'at most 10 ms', of: name, judge: atMost(lorc, 10, 'ms') })),
  notes: ['2,000 requests over 10 connections. `fastify` selects 50 rows, or one, of a table of its own, and sends their columns.'],
}
