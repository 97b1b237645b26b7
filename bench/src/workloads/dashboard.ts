import { atMost } from '../harness/verdicts.ts'
import type { Case, Entry, Workload } from '../harness/workload.ts'

const entry = (name: string, variant: string): Entry => ({ name, module: 'contenders/lorc-dashboard.ts', variant })
const first: Case = { name: 'the list of runs', task: 'show', size: 1 }
const large: Case = { name: '50,000 steps', task: 'show', size: 50_000 }
const frame: Case = { name: 'a frame', task: 'scroll', size: 1 }

export const dashboardLoad: Workload = {
  name: 'dashboard-load',
  title: 'The first load of the dashboard over loopback',
  shows: 'ms',
  cases: [first],
  entries: [entry('dashboard', 'load')],
  against: 'dashboard',
  targets: [{ says: 'largest contentful paint within 1 s', of: first.name, judge: atMost('dashboard', 1000, 'ms') }],
  notes: ['Chromium with an empty cache, from the request to its largest contentful paint.'],
}

export const dashboardSize: Workload = {
  name: 'dashboard-size',
  title: 'The compressed JavaScript of the dashboard',
  shows: 'bytes each',
  cases: [first],
  entries: [entry('dashboard', 'bytes')],
  against: 'dashboard',
  targets: [{ says: 'at most 250 kB', of: first.name, judge: atMost('dashboard', 250_000, 'B') }],
  repetitions: 1,
}

export const dashboardRun: Workload = {
  name: 'dashboard-run',
  title: 'Opening a run of 50,000 steps in the dashboard',
  shows: 'ms',
  cases: [large],
  entries: [entry('dashboard, graph', 'graph'), entry('dashboard, timeline', 'timeline')],
  against: 'dashboard, graph',
  targets: [
    { says: 'graph in 2 s', of: large.name, judge: atMost('dashboard, graph', 2000, 'ms', large.size) },
    { says: 'timeline in 2 s', of: large.name, judge: atMost('dashboard, timeline', 2000, 'ms', large.size) },
  ],
  notes: ['From the request of the page, with an empty cache, on a service that reads the whole journal for it.'],
}

export const dashboardScroll: Workload = {
  name: 'dashboard-scroll',
  title: 'Scrolling through that run, and through 100,000 runs',
  shows: 'ms',
  cases: [frame],
  entries: [entry('dashboard, timeline', 'timeline'), entry('dashboard, every step', 'every-step'), entry('dashboard, 100,000 runs', 'runs')],
  against: 'dashboard, timeline',
  targets: [
    { says: '50 frames a second: timeline', of: frame.name, judge: atMost('dashboard, timeline', 20, 'ms') },
    { says: '50 frames a second: every step', of: frame.name, judge: atMost('dashboard, every step', 20, 'ms') },
    { says: '50 frames a second: 100,000 runs', of: frame.name, judge: atMost('dashboard, 100,000 runs', 20, 'ms') },
  ],
  notes: ['The mean time from frame to frame over 120 of them; the page is scrolled by 120 pixels in each. Of the runs, all pages are read meanwhile: from the top to the end of the list.'],
}
