import { atLeastPerSecond } from '../harness/verdicts.ts'
import type { Case, Workload } from '../harness/workload.ts'

/** How quickly `lorc` delivers events to somebody near, and to somebody far away. */
export function deliveredTo(whom: string, size: number): Pick<Workload, 'shows' | 'cases' | 'against' | 'targets'> {
  const near: Case = { name: `${whom} that answers at once`, task: 'deliver', size }
  const far: Case = { name: `${whom} that takes 50 ms to answer`, task: 'deliver', size, options: { latencyMs: 50 } }
  return {
    shows: 'per second',
    cases: [near, far],
    against: 'lorc',
    targets: [
      { says: 'at least 40,000 a second', of: near.name, judge: atLeastPerSecond('lorc', 40_000) },
      { says: 'at least 20,000 a second', of: far.name, judge: atLeastPerSecond('lorc', 20_000) },
    ],
  }
}
