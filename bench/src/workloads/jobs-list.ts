import { atMostTimes } from '../harness/verdicts.ts'
import type { Workload } from '../harness/workload.ts'

const STARTS = '10 starts'
const COLD = 'lorc, for the first time'
const WARM = 'lorc, nothing changed'

export const jobsList: Workload = {
  name: 'jobs-list',
  title: 'Listing jobs: `lorc jobs list` with 1,000 packages of jobs among 3,000',
  shows: 'ms each',
  cases: [{ name: STARTS, task: 'start', size: 10 }],
  entries: [
    { name: 'node', module: 'contenders/command.ts', variant: 'node' },
    { name: WARM, module: 'contenders/jobs-list.ts', variant: 'warm' },
    { name: COLD, module: 'contenders/jobs-list.ts', variant: 'cold' },
  ],
  against: 'node',
  targets: [
    { says: 'at most 1.5 times an empty Node program when nothing changed', of: STARTS, judge: atMostTimes(WARM, 'node', 1.5) },
    { says: 'at most 2.5 times for the first time', of: STARTS, judge: atMostTimes(COLD, 'node', 2.5) },
  ],
  notes: ['The workspace declares 1,200 packages, as npm installs them; the other 1,800 come with these.'],
  repetitions: 11,
}
