import type { Simulation } from '@lorc/runner/insight'
import { count, duration } from './quantity.ts'
import type { Style } from './style.ts'
import { oneLine, truncate, wrap } from './text.ts'

const INDENT = 12
/** Steps of a chain that are shown at each end. */
const ENDS = 4
const NAME_MAX = 32

/** What a simulation says, in some ten lines no wider than `columns`. */
export function simulationText(name: string, simulation: Simulation, style: Style, columns: number): string {
  const { slots, steps, makespanMs, workMs, boundMs, chain, items, order } = simulation
  const chainMs = sum(chain)
  const busy = makespanMs === 0 ? 0 : workMs / (makespanMs * slots)
  const paragraphs: [label: string, text: string][] = [
    ['takes', `${duration(makespanMs)}; no order of steps could take less than ${duration(boundMs)}`],
    ['slots', `busy ${percent(busy)} of the time, with ${duration(workMs)} of work`],
    ['one more', compared(slots + 1, simulation.oneMoreMs, makespanMs)],
    ...(simulation.oneFewerMs === null ? [] : [['one fewer', compared(slots - 1, simulation.oneFewerMs, makespanMs)] as [string, string]]),
    ['bottleneck', bottleneck(simulation, chainMs)],
    ['chain', `${chainText(chain)}: ${duration(chainMs)} with any number of slots`],
    ['busiest', busiest(simulation)],
    ['order', order === 'list' ? 'as the recipe lists the steps: no other is known to be faster here' : 'longest remaining path first'],
  ]
  if (items.length > 0) paragraphs.push(['items', itemsText(items)])
  if (simulation.assumed.length > 0) paragraphs.push(['assumed', assumed(simulation)])
  const head = `${style.bold(oneLine(name))}: ${count(steps.length, 'step')} on ${count(slots, 'slot')}`
  const lines = paragraphs.flatMap(([label, text]) =>
    wrap(text, Math.max(20, columns - INDENT - 1)).map((line, i) => `${i === 0 ? style.dim(label.padEnd(INDENT)) : ' '.repeat(INDENT)}${line}`),
  )
  return `${[head, ...lines].join('\n')}\n`
}

function compared(slots: number, ms: number, now: number): string {
  const by = now - ms
  if (Math.round(Math.abs(by)) === 0) return `on ${count(slots, 'slot')}: the same`
  const share = now === 0 ? '' : ` (${percent(Math.abs(by) / now)})`
  return `on ${count(slots, 'slot')}: ${duration(ms)}, ${by > 0 ? 'saves' : 'costs'} ${duration(Math.abs(by))}${share}`
}

function bottleneck(simulation: Simulation, chainMs: number): string {
  const { makespanMs, slots, widest } = simulation
  switch (heldUpBy(simulation)) {
    case 'group':
      return busiestGroup(simulation)
    case 'parallel':
      return 'the `max_parallel` of a `for_each` step: more slots save nothing there'
    case undefined:
      return 'the longest chain of steps: make those faster, more slots save nothing'
    case 'slot':
  }
  if (makespanMs - chainMs < 1) return 'the longest chain of steps: make those faster, more slots save nothing'
  const enough = widest > slots ? `; ${count(widest, 'step')} could run at once` : ''
  return `slots: ${duration(makespanMs - chainMs)} longer than the longest chain${enough}`
}

/** What most steps of the course waited for, but for other steps. */
function heldUpBy({ course }: Simulation): 'slot' | 'group' | 'parallel' | undefined {
  const times = (kind: string): number => course.filter(({ waitedFor }) => waitedFor === kind).length
  const kinds = (['slot', 'group', 'parallel'] as const).filter((kind) => times(kind) > 0)
  return kinds.sort((a, b) => times(b) - times(a))[0]
}

function busiestGroup({ groups }: Simulation): string {
  const most = groups.reduce((busy, group) => (group.workMs / group.limit > busy.workMs / busy.limit ? group : busy))
  const { name, limit, workMs } = most
  return `the concurrency group ${truncate(oneLine(name), NAME_MAX)}: ${duration(workMs)} of work, ${count(limit, 'step')} at once; more slots save nothing there`
}

function itemsText(items: Simulation['items']): string {
  const told = items.slice(0, ENDS).map(({ step, count: n, ms }) => `${truncate(oneLine(step), NAME_MAX)} ${n.toLocaleString('en')} of ${duration(ms)}`)
  return `${told.join(', ')}${items.length > ENDS ? ` and ${items.length - ENDS} more` : ''}`
}

function chainText(chain: Simulation['chain']): string {
  const told = chain.map(({ step, ms }) => `${truncate(oneLine(step), NAME_MAX)} ${duration(ms)}`)
  const left = told.length - 2 * ENDS
  return (left > 1 ? [...told.slice(0, ENDS), `${left} more`, ...told.slice(-ENDS)] : told).join(' > ')
}

function busiest({ waves, workMs }: Simulation): string {
  const most = waves.reduce((best, wave, i) => (wave.workMs > waves[best]!.workMs ? i : best), 0)
  const wave = waves[most]!
  const share = workMs === 0 ? '' : ` (${percent(wave.workMs / workMs)} of all)`
  return (
    `wave ${most + 1} of ${waves.length}: ${count(wave.steps, 'step')}, ${duration(wave.workMs)} of work${share}, ` +
    `from ${duration(wave.startMs)} to ${duration(wave.endMs)}`
  )
}

function assumed({ assumed: steps, assumedMs }: Simulation): string {
  const shown = steps.slice(0, ENDS).map((step) => truncate(oneLine(step), NAME_MAX)).join(', ')
  const more = steps.length > ENDS ? ` and ${steps.length - ENDS} more` : ''
  return `${duration(assumedMs)}, the median of the others, for what nothing is known of: ${shown}${more}`
}

function sum(chain: Simulation['chain']): number {
  return chain.reduce((total, { ms }) => total + ms, 0)
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}
