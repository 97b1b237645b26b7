import { atLeastPerSecond, atMostMore } from '../harness/verdicts.ts'
import type { Case, Workload } from '../harness/workload.ts'

const one: Case = { name: 'one at a time', task: 'post', size: 200, options: { atOnce: 1 } }
const many: Case = { name: '32 at a time', task: 'post', size: 2000, options: { atOnce: 32 } }
const lorc = 'lorc serve'
const module = 'the module alone'

export const scenario: Workload = {
  name: 'scenario',
  title: 'A scenario of one module over loopback, complete and durable',
  shows: 'ms each',
  cases: [one, many],
  entries: [
    { name: lorc, module: 'contenders/lorc-scenario.ts', variant: 'lorc serve' },
    { name: module, module: 'contenders/lorc-scenario.ts', variant: 'module' },
  ],
  against: lorc,
  targets: [
    { says: 'at most 3 ms over the module', of: one.name, judge: atMostMore(lorc, module, 3, 1) },
    { says: 'at least 2,000/s', of: many.name, judge: atLeastPerSecond(lorc, 2000) },
  ],
  notes: [
    '`POST /plan_and_execute` of `lorc serve`, a process of its own, with the module and the client in another one: the run is ' +
      'durable, the module is called over HTTP, and the answer comes when the run folder is written. `The module alone` is the same call without lorc.',
  ],
}
