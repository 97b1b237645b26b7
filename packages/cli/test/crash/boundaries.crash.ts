import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Phase, Spot } from './sabotage-order.ts'
import { killAndResume, type Killing } from './kill-and-resume.ts'
import { Site } from './site.ts'
import { type Boundary, isEvent, undisturbed, warmSite } from './undisturbed.ts'

/** Which process works for a Python or shell step is recorded only when it does so for a while. */
const OPTIONAL = /^step\.spawned (?!left\b)/

let fresh: Site
let warm: Site
beforeAll(async () => {
  fresh = await Site.make()
  warm = await warmSite()
})
afterAll(async () => {
  await fresh.remove()
  await warm.remove()
})

describe('a run that is killed with SIGKILL and resumed', () => {
  it('at every boundary of its journal, and of the cache', async () => {
    const known = await undisturbed(warm, 'story.yaml')
    const boundaries = known.boundaries.filter(({ names }) => !names.some((name) => /^(PRAGMA|CREATE)/.test(name)))
    await everywhere({ template: warm, recipe: 'story.yaml', known }, boundaries)
  })

  it('at every boundary of a journal in files, half-written batches among them', async () => {
    const template = await Site.make(fresh, { store: 'files' })
    const known = await undisturbed(template, 'brief.yaml')
    await everywhere({ template, recipe: 'brief.yaml', known }, known.boundaries)
    await template.remove()
  })

  it('at every boundary of items, conditions and what always runs', async () => {
    const known = await undisturbed(fresh, 'items.yaml')
    const boundaries = known.boundaries.filter(({ names }) => !names.some((name) => /^(PRAGMA|CREATE)/.test(name)))
    await everywhere({ template: fresh, recipe: 'items.yaml', known }, boundaries)
  })

  it('while its store is being made', async () => {
    const known = await undisturbed(fresh, 'brief.yaml')
    await everywhere({ template: fresh, recipe: 'brief.yaml', known }, upTo('run.created', known.boundaries))
  })

  it('and killed again while it is being resumed', async () => {
    const known = await undisturbed(warm, 'story.yaml')
    const killing = { template: warm, recipe: 'story.yaml', known }
    const first: Spot = { at: 'step.started right 1', phase: 'after' }
    const { boundaries } = await killAndResume({ ...killing, spots: [first], patient: true })
    await everywhere(killing, upTo('driver.started 2', boundaries), first)
  })
})

/**
 * Kills a run (for the second time, if `first` is given) before, inside and after each of these commits, and before and
 * after each event in them: which events share a commit may differ from run to run.
 */
async function everywhere(
  killing: Pick<Killing, 'template' | 'recipe' | 'known'>,
  boundaries: readonly Boundary[],
  first?: Spot,
): Promise<void> {
  const met: Record<Phase, Set<string>> = { before: new Set(), inside: new Set(), after: new Set() }
  const events = boundaries.flatMap(({ names }) => names.filter(isEvent))
  const wrong: string[] = []
  let kills = 0
  const killAt = async (spot: Spot): Promise<void> => {
    // Resumed after a while or at once: what the driver left running is dealt with in either case.
    const patient = kills % 2 === 0
    const { found, hit } = await killAndResume({ ...killing, spots: first ? [first, spot] : [spot], patient })
    for (const name of hit ?? []) met[spot.phase].add(name)
    if (hit !== undefined) kills++
    else if (!OPTIONAL.test(spot.at)) wrong.push(`${spot.phase} ${spot.at}: it never came there`)
    wrong.push(...found.map((sentence) => `${spot.phase} ${spot.at}: ${sentence}`))
  }
  const missed = (phase: Phase): string[] =>
    events.filter((name) => !met[phase].has(name) && !OPTIONAL.test(name))
  for (const spot of boundaries.flatMap(spotsOf)) await killAt(spot)
  for (const phase of ['before', 'after'] as const) {
    for (const at of missed(phase)) if (!met[phase].has(at)) await killAt({ at, phase })
  }
  expect(wrong).toEqual([])
  expect([...missed('before'), ...missed('after')]).toEqual([])
  console.log(`${boundaries.length} boundaries with ${events.length} events, ${kills} kills, all accounted for`)
}

function upTo(name: string, boundaries: readonly Boundary[]): Boundary[] {
  return boundaries.slice(0, boundaries.findIndex(({ names }) => names.includes(name)) + 1)
}

/** A transaction is left at each of its statements. Events that one statement writes are one spot. */
function spotsOf({ names, transaction }: Boundary): Spot[] {
  const at = names.findLast(isEvent) ?? names.at(-1)!
  if (!transaction)
    return [
      { at, phase: 'before' },
      { at, phase: 'after' },
    ]
  const others = names
    .filter((name) => name !== at && !isEvent(name))
    .map((name): Spot => ({ at: name, phase: 'before' }))
  return [...others, { at, phase: 'before' }, { at, phase: 'inside' }, { at, phase: 'after' }]
}
