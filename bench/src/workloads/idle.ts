import { atMost } from '../harness/verdicts.ts'
import type { Case, Workload } from '../harness/workload.ts'

const MB = 1_000_000
const memory: Case = { name: 'resident memory', task: 'memory', size: 1 }
const wakes: Case = { name: 'in 30 s', task: 'wakes', size: 1 }
const lorc = 'lorc serve'
const entries: Workload['entries'] = [
  { name: lorc, module: 'contenders/idle.ts', variant: 'lorc serve' },
  { name: 'fastify', module: 'contenders/idle.ts', variant: 'fastify' },
]

export const idleMemory: Workload = {
  name: 'idle-memory',
  title: 'A service that nobody asks anything: memory',
  shows: 'bytes each',
  cases: [memory],
  entries,
  against: lorc,
  targets: [{ says: 'at most 80 MB', of: memory.name, judge: atMost(lorc, 80 * MB, 'bytes') }],
  repetitions: 5,
  notes: ['A minute after it began to listen; all of its pages, also those of the Node binary. `fastify` has one table, two routes and nothing else.'],
}

export const idleWakes: Workload = {
  name: 'idle-wakes',
  title: 'A service that nobody asks anything: how often its threads wake up',
  shows: 'times',
  cases: [wakes],
  entries,
  against: lorc,
  targets: [{ says: 'at most 10 in 30 s', of: wakes.name, judge: atMost(lorc, 10, 'times') }],
  repetitions: 1,
}
