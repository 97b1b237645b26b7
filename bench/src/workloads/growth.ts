import { digits } from '../harness/quantity.ts'
import { atMost } from '../harness/verdicts.ts'
import type { Case, Target, Workload } from '../harness/workload.ts'

const SMALL = { fanOut: '1,000 steps, 100 at a time', sequence: '1,000 steps in sequence' }
const LARGE = { fanOut: '100,000 steps, 100 at a time', sequence: '100,000 steps in sequence' }

const options = { atOnce: 100 }

const shapes = ['sequence', 'fanOut'] as const

const flat = (shape: (typeof shapes)[number]): Target => ({
  says: 'time per step at most 1.2 times that of 1,000 steps',
  of: LARGE[shape],
  judge: (medians) => {
    const [large, small] = [medians('lorc'), medians('lorc', SMALL[shape])]
    return large === undefined || small === undefined ? undefined : { reached: `${digits(large / small)}x`, met: large / small <= 1.2 }
  },
})

export const growth: Workload = {
  name: 'growth',
  title: 'Growth: time for each step of a large plan',
  shows: 'ms each',
  cases: shapes.flatMap((shape): Case[] => [
    { name: SMALL[shape], task: shape, size: 1000, options },
    { name: LARGE[shape], task: shape, size: 100_000, options },
  ]),
  entries: [{ name: 'lorc', module: 'contenders/lorc-growth.ts' }],
  against: 'lorc',
  targets: shapes.map(flat),
  notes: ['Each measurement runs 100,000 steps, in one run or in many, so that each sees the housekeeping of the store.'],
}

const WAITING = '100,000 waiting steps'

export const waitingSteps: Workload = {
  name: 'waiting-steps',
  title: 'Growth: memory for each step that waits, beyond its plan',
  shows: 'bytes each',
  cases: [{ name: WAITING, task: 'waiting', size: 100_000 }],
  entries: [{ name: 'lorc', module: 'contenders/lorc-growth.ts' }],
  against: 'lorc',
  targets: [{ says: 'at most 400 bytes of resident memory', of: WAITING, judge: atMost('lorc', 400, 'bytes') }],
}

const KEPT = 100_000
const listing = 'listing, 100,000 runs kept'
const resuming = 'resuming, 100,000 runs kept'

export const keptRuns: Workload = {
  name: 'kept-runs',
  title: 'Growth: many runs kept',
  shows: 'ms',
  cases: [
    { name: listing, task: 'list', size: KEPT },
    { name: resuming, task: 'resume', size: KEPT },
  ],
  entries: [
    { name: 'lorc, library', module: 'contenders/lorc-kept-runs.ts', variant: 'library' },
    { name: 'lorc, command', module: 'contenders/lorc-kept-runs.ts', variant: 'lorc' },
  ],
  against: 'lorc, library',
  targets: [listing, resuming].flatMap((of) =>
    ['lorc, library', 'lorc, command'].map((entry) => ({ says: `${entry}: under 100 ms`, of, judge: atMost(entry, 100, 'ms', KEPT) })),
  ),
}
