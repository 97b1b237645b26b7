import { atLeastPerSecond } from '../harness/verdicts.ts'
import type { Medians, Workload } from '../harness/workload.ts'
import { dbos, openworkflow, restate } from './peers.ts'

const NAME = '1,000 runs'
const STEPS = 5

/** A unit is a run; the target counts steps. */
const stepsOf = (medians: Medians): Medians => (entry) => {
  const each = medians(entry)
  return each === undefined ? undefined : each / STEPS
}

export const runs: Workload = {
  name: 'runs',
  title: 'Runs: 1,000 of 5 steps each, 100 at a time, durable',
  shows: 'per second',
  cases: [{ name: NAME, task: 'runs', size: 1000, options: { steps: STEPS, atOnce: 100 } }],
  entries: [
    { name: 'lorc', module: 'contenders/lorc.ts', variant: 'power' },
    { name: 'SQLite alone', module: 'contenders/sqlite.ts', variant: 'FULL' },
    openworkflow(),
    restate(),
    dbos(),
  ],
  against: 'lorc',
  targets: [
    { says: 'at least 60,000 steps a second', of: NAME, judge: (medians) => atLeastPerSecond('lorc', 60_000)(stepsOf(medians)) },
  ],
  notes: [
    'Runs a second; each has five steps in sequence, and no run folder is written. `SQLite alone` writes a row for each ' +
      'step, those of 100 runs in one transaction.',
  ],
}
