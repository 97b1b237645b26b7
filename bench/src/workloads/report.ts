import { atMost } from '../harness/verdicts.ts'
import type { Case, Entry, Workload } from '../harness/workload.ts'

const all: Case = { name: '5,000 steps', task: 'report', size: 5000 }
const entry = (name: string, variant: string): Entry => ({ name, module: 'contenders/lorc-report.ts', variant })

export const report: Workload = {
  name: 'report',
  title: 'The HTML report of a run',
  shows: 'ms',
  cases: [all],
  entries: [entry('lorc report', 'write'), entry('opening it in Chromium', 'open')],
  against: 'lorc report',
  targets: [
    { says: 'written in 1 s', of: all.name, judge: atMost('lorc report', 1000, 'ms', all.size) },
    { says: 'opened in 1 s', of: all.name, judge: atMost('opening it in Chromium', 1000, 'ms', all.size) },
  ],
  notes: ['Each step logs a line and sets a key. `lorc report` is the whole program, from its start to its exit; opening ends with the first frame after the page has loaded.'],
}

export const reportSize: Workload = {
  name: 'report-size',
  title: 'The size of that report',
  shows: 'bytes each',
  cases: [all],
  entries: [entry('lorc report', 'bytes')],
  against: 'lorc report',
  targets: [{ says: 'at most 5 MB', of: all.name, judge: atMost('lorc report', 5_000_000, 'B', all.size) }],
  repetitions: 1,
}
