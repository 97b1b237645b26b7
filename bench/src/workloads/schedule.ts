import { digits } from '../harness/quantity.ts'
import type { Case, Medians, Target, Workload } from '../harness/workload.ts'

const GRAPHS = [
  ['montage', 'montage-chameleon-2mass-01d-001'],
  ['epigenomics', 'epigenomics-chameleon-ilmn-6seq-50k-001'],
  ['1000genome', '1000genome-chameleon-22ch-250k-001'],
] as const

/** Milliseconds to which each graph is scaled: on 2 slots, the 1,695 steps of one would else last for less than a timer can tell. */
const boundMs = (slots: number): number => (slots === 2 ? 60_000 : 15_000)

const cases = GRAPHS.flatMap(([name, graph]) =>
  [2, 8, 32].map((slots): Case => ({ name: `${name}, ${slots} slots`, task: 'schedule', size: boundMs(slots), options: { graph, slots } })),
)

const SIMULATED = 'lorc simulate'
const RUN = 'lorc'
const LIST = 'list order'
const LONGEST = 'longest path'
/** Share that two programs may differ by that break ties, and round sums, in their own ways. */
const TIES = 1e-4

const target =
  (says: string, judge: (medians: (entry: string) => number) => { reached: string; met: boolean }) =>
  (of: string): Target => ({
    says,
    of,
    judge: (medians: Medians) => {
      const missing = [SIMULATED, RUN, LIST, LONGEST].some((entry) => medians(entry) === undefined)
      return missing ? undefined : judge((entry) => medians(entry)!)
    },
  })

const targets = [
  target('the order that lorc predicts is no worse than list order, nor than longest path first', (ratio) => {
    const best = Math.min(ratio(LIST), ratio(LONGEST))
    return { reached: `${digits(ratio(SIMULATED) / best)}x of the better one`, met: ratio(SIMULATED) <= best * (1 + TIES) }
  }),
  target('the run within 2% of what `lorc simulate` predicts', (ratio) => {
    const off = ratio(RUN) / ratio(SIMULATED) - 1
    return { reached: `${digits(off * 100)}% more`, met: Math.abs(off) <= 0.02 }
  }),
]

export const schedule: Workload = {
  name: 'schedule',
  title: 'Scheduling: real task graphs on few slots',
  shows: 'ms',
  cases,
  entries: [
    { name: 'bound', module: 'contenders/list-schedule.ts', variant: 'bound' },
    { name: SIMULATED, module: 'contenders/lorc-schedule.ts', variant: 'simulate' },
    { name: LONGEST, module: 'contenders/list-schedule.ts', variant: 'longest path' },
    { name: LIST, module: 'contenders/list-schedule.ts', variant: 'list' },
    { name: RUN, module: 'contenders/lorc-schedule.ts', variant: 'run' },
  ],
  against: 'bound',
  targets: cases.flatMap(({ name }) => targets.map((make) => make(name))),
  repetitions: 1,
  notes: [
    'Graphs and times of three executions that WfCommons published, read from `../shared/data/wf` where that is there; times ' +
      'are scaled so that the bound, max(longest path, work / slots), is 15 s, on 2 slots 60 s. `longest path` and `list order` are list ' +
      'scheduling without lorc, computed. `lorc` is a run of steps that sleep, after one run that taught it their times.',
  ],
}
