import { atMost } from '../harness/verdicts.ts'
import type { Workload } from '../harness/workload.ts'

const WARM = 'warm, 1,000 steps'
const ISOLATED = 'isolated, 1,000 steps'

export const pythonSteps: Workload = {
  name: 'python-steps',
  title: 'Python steps that do nothing, one after the other',
  shows: 'ms each',
  cases: [
    { name: WARM, task: 'warm', size: 1000 },
    { name: ISOLATED, task: 'isolated', size: 1000 },
  ],
  entries: [
    { name: 'lorc', module: 'contenders/lorc-python.ts' },
    { name: 'a persistent worker', module: 'contenders/python.ts', variant: 'worker' },
    { name: 'a fork server', module: 'contenders/python.ts', variant: 'fork' },
    { name: 'cold python3', module: 'contenders/python.ts', variant: 'cold', share: 0.02 },
  ],
  against: 'lorc',
  targets: [
    { says: 'at most 0.15 ms for a warm step', of: WARM, judge: atMost('lorc', 0.15, 'ms') },
    { says: 'at most 2 ms for an isolated one (`requires_process`)', of: ISOLATED, judge: atMost('lorc', 2, 'ms') },
  ],
}
