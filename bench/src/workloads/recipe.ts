import { atMost } from '../harness/verdicts.ts'
import type { Case, Entry, Workload } from '../harness/workload.ts'

const thousand: Case = { name: '1,000 steps', task: 'start', size: 1000 }
const entry = (name: string, variant = name): Entry => ({ name, module: 'contenders/lorc-recipe.ts', variant })

export const recipe: Workload = {
  name: 'recipe',
  title: 'A recipe, from its text to the start of a run',
  shows: 'ms',
  cases: [thousand],
  entries: [entry('node'), entry('node with `yaml`', 'yaml'), entry('lorc validate'), entry('lorc run'), entry('lorc run, plan kept', 'lorc run, kept'), entry('opening a kept plan', 'open')],
  against: 'node',
  targets: [
    { says: '`lorc validate` in 100 ms, nothing kept', of: thousand.name, judge: atMost('lorc validate', 100, 'ms', thousand.size) },
    { says: '`lorc run` of the first step in 100 ms, nothing kept', of: thousand.name, judge: atMost('lorc run', 100, 'ms', thousand.size) },
    { says: 'a kept plan opened in 2 ms', of: thousand.name, judge: atMost('opening a kept plan', 2, 'ms', thousand.size) },
  ],
  notes: [
    'Whole programs, from start to exit, but for `lorc run`, which is timed until its first step begins, and for the last, which is within a ' +
      'process. `node with yaml` only parses the text.',
  ],
  repetitions: 11,
}
