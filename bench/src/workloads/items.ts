import { atLeastShare } from '../harness/verdicts.ts'
import type { Case, Workload } from '../harness/workload.ts'

const all: Case = { name: '10,000 items', task: 'items', size: 10_000 }

export const items: Workload = {
  name: 'items',
  title: 'Items of one step: Node steps that do nothing, durable',
  shows: 'per second',
  cases: [all],
  entries: [
    { name: 'lorc, for_each', module: 'contenders/lorc-items.ts', variant: 'for_each' },
    { name: 'lorc, fan-out', module: 'contenders/lorc-items.ts', variant: 'fan-out' },
  ],
  against: 'lorc, fan-out',
  targets: [{ says: '`for_each` at least 0.8 times a fan-out of as many steps', of: all.name, judge: atLeastShare('lorc, for_each', 'lorc, fan-out', 0.8) }],
}
