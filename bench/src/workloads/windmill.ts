import { atMostMore, atMostTimes } from '../harness/verdicts.ts'
import type { Workload } from '../harness/workload.ts'
import { bullmq, dbos, openworkflow, restate } from './peers.ts'

const LIGHT = '40 times fib(10)'
const HEAVY = '10 times fib(33)'

export const windmill: Workload = {
  name: 'windmill',
  title: "Windmill's workloads, in JavaScript: steps of one flow, in sequence",
  shows: 'ms',
  cases: [
    { name: LIGHT, task: 'fib', size: 40, options: { n: 10 } },
    { name: HEAVY, task: 'fib', size: 10, options: { n: 33 } },
  ],
  entries: [
    { name: 'lorc', module: 'contenders/lorc.ts', variant: 'power' },
    { name: 'a plain loop', module: 'contenders/plain-loop.ts' },
    bullmq(),
    openworkflow(),
    restate(),
    dbos(),
  ],
  against: 'a plain loop',
  targets: [
    { says: 'at most 10 ms more than the plain loop', of: LIGHT, judge: atMostMore('lorc', 'a plain loop', 10, 40) },
    { says: 'at most 1.02 times the plain loop', of: HEAVY, judge: atMostTimes('lorc', 'a plain loop', 1.02) },
  ],
  notes: ['lorc runs steps of type `node`: a function of a module in the workspace. It is synced after each.'],
  repetitions: 11,
}
