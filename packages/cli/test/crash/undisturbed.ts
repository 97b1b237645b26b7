import { rm } from 'node:fs/promises'
import { expect } from 'vitest'
import { resultLine } from '../lorc.fixture.ts'
import { familyDiscrepancies } from './family.ts'
import type { CopiedRun } from './journal-copy.ts'
import { Person } from './person.ts'
import { eventName, type SabotageOrder, type Trace } from './sabotage-order.ts'
import { Site } from './site.ts'

/** A commit that a run makes. */
export interface Boundary {
  /** Of the events in it, or of what else it writes. */
  names: string[]
  /** Whether several statements make it. */
  transaction: boolean
}

/** A run that nobody killed: what the others are compared with. */
export interface Undisturbed {
  run: CopiedRun
  /** How many runs there are, with those that its steps started. */
  runs: number
  boundaries: Boundary[]
  ms: number
}

/** A site whose store is there already, with the step `reused` of the story in its cache. */
export async function warmSite(config?: object): Promise<Site> {
  const first = await Site.make(undefined, config)
  await first.lorc(['run', 'story.yaml', '--only', 'reused'])
  await rm(first.path('effects'))
  const warm = await Site.make(first)
  await first.remove()
  return warm
}

/** Runs a recipe on a copy of `template`, attended to by a Person if that is said. */
export async function undisturbed(
  template: Site,
  recipe: string,
  order: SabotageOrder = {},
  attended = false,
): Promise<Undisturbed> {
  const site = await Site.make(template)
  try {
    const began = performance.now()
    const started = site.start(['run', recipe], { order })
    const ended = await (attended ? new Person(site).attend(started) : started.ended)
    const ms = performance.now() - began
    const { runs } = await site.copy()
    const [run] = runs as [CopiedRun]
    expect([ended.exit, resultLine(ended)], ended.stderr).toEqual([0, resultOf(run)])
    expect(familyDiscrepancies(runs, await site.effects(), [])).toEqual([])
    const boundaries = boundariesOf(await site.traces())
    const seen = boundaries.flatMap(({ names }) => names.filter(isEvent))
    const inOrder = (names: string[]): string[] => (runs.length > 1 ? names.toSorted() : names)
    const held = runs.flatMap(({ events }) => events.map(eventName))
    expect(inOrder(seen), 'what was seen to be committed is what the journals hold').toEqual(inOrder(held))
    return { run, runs: runs.length, boundaries, ms }
  } finally {
    await site.remove()
  }
}

/** What `lorc` prints of a run that completed. */
export function resultOf({ runId, context }: CopiedRun): object {
  return { status: 'ok', ctx_keys: Object.keys(context).sort(), run_id: runId }
}

/** Whether a name is that of an event. */
export function isEvent(name: string): boolean {
  return /^(run|driver|step|steps|approval)\./.test(name)
}

export function boundariesOf(traces: readonly Trace[]): Boundary[] {
  return traces.flatMap((line) => ('commit' in line ? [{ names: line.commit, transaction: line.transaction }] : []))
}
