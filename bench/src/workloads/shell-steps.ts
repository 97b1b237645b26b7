import { atMostTimes } from '../harness/verdicts.ts'
import type { Case, Entry, Workload } from '../harness/workload.ts'

const shapes = ['independent', 'chained', 'layered']
const cases = shapes.map((shape): Case => ({ name: `1,000 steps, ${shape}`, task: shape, size: 1000 }))
const few: Case = { name: '100 steps, independent', task: 'independent', size: 100 }

const program = (name: string, upTo?: number): Entry => ({
  name,
  module: 'contenders/shell.ts',
  variant: name,
  ...(upTo !== undefined && { upTo }),
})

export const shellSteps: Workload = {
  name: 'shell-steps',
  title: 'Shell steps, two at a time',
  shows: 'ms',
  cases: [...cases, few],
  entries: [
    program('lorc'),
    program('lorc without Python'),
    program('make'),
    program('make, of `true`'),
    program('ninja'),
    { name: 'a minimal Node runner', module: 'contenders/minimal-runner.ts' },
    program('wireit'),
    program('turbo', few.size),
  ],
  against: 'make',
  targets: cases.flatMap(({ name: of }) => [
    { says: 'at most 1.3 times make', of, judge: atMostTimes('lorc', 'make', 1.3) },
    { says: 'without Python at most 2.5 times make', of, judge: atMostTimes('lorc without Python', 'make', 2.5) },
  ]),
  notes: [
    'Each program runs a graph of one and the same script (`#!/bin/sh`, one `echo`), from its own start to its exit. lorc ' +
      'keeps a log, a process group, an environment, CPU time and peak memory for each step, and its journal is synced.',
  ],
}
