import { atMostTimes } from '../harness/verdicts.ts'
import type { Entry, Workload } from '../harness/workload.ts'

const start = (name: string): Entry => ({ name, module: 'contenders/command.ts', variant: name })

const STARTS = '10 starts'
const JOB = 'lorc run PACKAGE JOB'

export const coldStart: Workload = {
  name: 'cold-start',
  title: 'Cold start: a program from its start to its exit',
  shows: 'ms each',
  cases: [{ name: STARTS, task: 'start', size: 10 }],
  entries: ['node', 'lorc --version', 'lorc run', JOB, 'turbo --version', 'nx --version', 'npm --version', 'dbos --version'].map(start),
  against: 'node',
  targets: [
    { says: '`lorc --version` at most 1.25 times an empty Node program', of: STARTS, judge: atMostTimes('lorc --version', 'node', 1.25) },
    { says: '`lorc run` of one step at most 3 times', of: STARTS, judge: atMostTimes('lorc run', 'node', 3) },
    { says: '`lorc run PACKAGE JOB` at most 3 times', of: STARTS, judge: atMostTimes(JOB, 'node', 3) },
  ],
  notes: [
    '`lorc run` is a recipe of one Node step that does nothing: compiled, run durably, with its run folder.',
    '`lorc run PACKAGE JOB` is a job that does nothing: found, run durably, with its run folder; of events it has none.',
  ],
  repetitions: 11,
}
