import { atMost } from '../harness/verdicts.ts'
import type { Case, Entry, Workload } from '../harness/workload.ts'

const gzip = 'lorc serve, gzip'
const plain = 'lorc serve, plain'
const entry = (name: string, variant: string): Entry => ({ name, module: 'contenders/lorc-readers.ts', variant })
const options = { perSecond: 333, readers: 1000, cutters: 100, stuck: 10 }
const crowd: Case = { name: '1,000 readers, 10,000 steps', task: 'follow', size: 10_000, options }

export const readersLag: Workload = {
  name: 'readers-lag',
  title: 'A thousand live readers: from the last event of the run until the last reader has it',
  shows: 'ms',
  cases: [crowd],
  entries: [entry(gzip, 'lag gzip'), entry(plain, 'lag identity')],
  against: gzip,
  targets: [{ says: 'last event within 500 ms', of: crowd.name, judge: atMost(gzip, 500, 'ms', crowd.size) }],
  notes: [
    'A run of 10,000 steps over 30 s in `lorc serve`, followed by 1,000 connections (Server-Sent Events) of another process on the ' +
      'same cores: 20,000 events to each. Each reader counts: every event has to come, once and in order, else there is no number. 100 ' +
      'of them break their connection after every thousand events and come back with `Last-Event-ID`; 10 more ask and never read.',
    'With gzip, which browsers ask for, events are compressed once for all; without, 8 GB go over loopback.',
  ],
  repetitions: 3,
}

export const readersMemory: Workload = {
  name: 'readers-memory',
  title: 'The same: the most memory that the service held',
  shows: 'bytes each',
  cases: [crowd],
  entries: [entry(gzip, 'rss gzip'), entry(plain, 'rss identity')],
  against: gzip,
  targets: [{ says: 'at most 300 MB', of: crowd.name, judge: atMost(gzip, 300_000_000, 'B') }],
  repetitions: 1,
}
