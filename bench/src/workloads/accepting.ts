import { digits } from '../harness/quantity.ts'
import { atLeastPerSecond } from '../harness/verdicts.ts'
import type { Case, Workload } from '../harness/workload.ts'

const accepted: Case = { name: 'taken in, 50 connections', task: 'accept', size: 20_000, options: { atOnce: 50 } }
const lorc = 'lorc serve'
const peer = 'fastify'
const TIMES = 3.5

export const accepting: Workload = {
  name: 'accepting',
  title: 'Runs asked for over HTTP, durable before the 202',
  shows: 'per second',
  cases: [accepted],
  entries: [
    { name: lorc, module: 'contenders/accepting.ts', variant: 'lorc serve' },
    { name: peer, module: 'contenders/accepting.ts', variant: 'fastify', share: 0.25 },
  ],
  against: lorc,
  targets: [
    { says: 'at least 20,000/s', of: accepted.name, judge: atLeastPerSecond(lorc, 20_000) },
    {
      says: `${TIMES} times fastify with a transaction for each request`,
      of: accepted.name,
      judge: (medians) => {
        const [own, other] = [medians(lorc), medians(peer)]
        return own === undefined || other === undefined ? undefined : { reached: `${digits(other / own)}x`, met: other / own >= TIMES }
      },
    },
  ],
  notes: [
    '`POST /recipes/one/runs` of `lorc serve`, a process of its own, the client in another one on the same cores. Where many come that ' +
      'nobody waits for, `lorc serve` takes them in first and runs them after; how long that takes is the next table. `fastify` inserts ' +
      'one row for each request and runs nothing.',
  ],
}

const ran: Case = { name: '5,000 runs, 50 connections', task: 'run', size: 5000, options: { atOnce: 50 } }

export const acceptedRuns: Workload = {
  name: 'accepted-runs',
  title: 'The same runs, from the first request until the last has ended',
  shows: 'per second',
  cases: [ran],
  entries: [{ name: lorc, module: 'contenders/accepting.ts', variant: 'lorc serve' }],
  against: lorc,
  targets: [],
  notes: ['One step that does nothing, in the process of the service; each run has its journal, and its run folder with four files.'],
}
