import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crashOf, ending, killAndResume } from './kill-and-resume.ts'
import type { Spot } from './sabotage-order.ts'
import { Site } from './site.ts'
import { type Boundary, boundariesOf, isEvent, type Undisturbed, undisturbed } from './undisturbed.ts'

const recipe = 'attended.yaml'

let template: Site
let known: Undisturbed
beforeAll(async () => {
  template = await Site.make()
  known = await undisturbed(template, recipe, {}, true)
})
afterAll(() => template.remove())

describe('a run with a run within it, and a person who pauses it, approves and lets it go on', () => {
  it('is killed once at each boundary of both journals', async () => {
    const spots = known.boundaries.filter(({ names }) => names.some(isEvent)).flatMap(spotsOf)
    const wrong: string[] = []
    for (const [i, spot] of spots.entries()) wrong.push(...(await wrongAfter([spot], i % 2 === 0)))
    expect(wrong).toEqual([])
    console.log(`${spots.length} kills, all accounted for`)
  })

  it('is killed again and again: in the run within, as it asks, and as it has been decided on', async () => {
    const places = ['step.linked inner 1', 'step.completed many 1', 'approval.requested ask', 'approval.decided ask']
    const spots = places.map((at): Spot => ({ at, phase: 'after' }))
    expect(await wrongAfter(spots, false)).toEqual([])
  })
})

describe('an approval of a run that nobody drives', () => {
  it('is killed at each of its commits, and counts as it is then on record', async () => {
    const asking = await abandoned()
    const crash = await crashOf(asking)
    const words = ['approve', 'last', 'ask', '--by', 'ana']
    const boundaries = await commitsOf(asking, words)
    expect(boundaries.flatMap(({ names }) => names)).toContain('approval.decided ask')
    for (const { names } of boundaries) {
      for (const phase of ['before', 'after'] as const) {
        const site = await asking.fork()
        const spot: Spot = { at: names[0]!, phase }
        expect(await site.lorc(words, { order: { kill: spot } }), JSON.stringify(spot)).toMatchObject({ signal: 'SIGKILL' })
        const isDecided = (await site.copy()).runs[0]?.events.some(({ type }) => type === 'approval.decided')
        const again = await site.lorc(words)
        expect([again.exit, again.stderr.includes('APPROVAL_DECIDED')], again.stderr).toEqual(isDecided ? [1, true] : [0, false])
        const ended = await site.lorc(['resume', 'last'])
        expect(await ending(site, ended, known, [crash]), JSON.stringify(spot)).toEqual([])
        await site.remove()
      }
    }
    await asking.remove()
    console.log(`${boundaries.length} commits of an approval, each left before and after`)
  })
})

describe('a pause of a run that nobody drives, and its end', () => {
  it('are killed at each of their commits, and count as they are then on record', async () => {
    const asking = await abandoned()
    const crash = await crashOf(asking)
    let kills = 0
    for (const deed of ['pause', 'unpause']) {
      const words = [deed, 'last']
      const event = `run.${deed}d`
      const boundaries = await commitsOf(asking, words)
      const decisive = boundaries.findIndex(({ names }) => names.includes(event))
      expect(decisive, JSON.stringify(boundaries)).toBeGreaterThan(-1)
      for (const [i, { names }] of boundaries.entries()) {
        for (const phase of ['before', 'after'] as const) {
          const site = await asking.fork()
          const spot: Spot = { at: names[0]!, phase }
          expect(await site.lorc(words, { order: { kill: spot } }), JSON.stringify(spot)).toMatchObject({ signal: 'SIGKILL' })
          const isDone = (await site.copy()).runs[0]?.events.some(({ type }) => type === event)
          expect(isDone, JSON.stringify(spot)).toBe(i > decisive || (i === decisive && phase === 'after'))
          if (i === decisive) {
            const again = await site.lorc(words)
            const isRefused = deed === 'unpause' && phase === 'after'
            expect([again.exit, again.stderr.includes('RUN_NOT_PAUSED')], again.stderr).toEqual(isRefused ? [1, true] : [0, false])
          }
          await site.remove()
          kills++
        }
      }
      expect(await asking.lorc(words)).toMatchObject({ exit: 0 })
      if (deed === 'pause') expect((await asking.lorc(['resume', 'last'])).stderr).toContain('RUN_PAUSED')
    }
    await asking.lorc(['approve', 'last', 'ask', '--by', 'ana'])
    expect(await ending(asking, await asking.lorc(['resume', 'last']), known, [crash])).toEqual([])
    await asking.remove()
    console.log(`${kills} kills of a pause and of its end`)
  })
})

/** A run whose process was killed as its step asked for an approval. */
async function abandoned(): Promise<Site> {
  const site = await Site.make(template)
  await site.lorc(['run', recipe], { order: { kill: { at: 'approval.requested ask', phase: 'after' } } })
  await site.quiet()
  return site
}

/** What a command commits, found out in a copy of the site. */
async function commitsOf(site: Site, words: readonly string[]): Promise<Boundary[]> {
  const whole = await site.fork()
  const trace = whole.path('commits')
  expect(await whole.lorc(words, { order: { trace } })).toMatchObject({ exit: 0 })
  const boundaries = boundariesOf(await whole.traces(trace)).filter(({ names }) => !names[0]?.startsWith('PRAGMA'))
  await whole.remove()
  return boundaries
}

async function wrongAfter(spots: readonly Spot[], patient: boolean): Promise<string[]> {
  const { found, hit } = await killAndResume({ template, recipe, known, spots, patient, attended: true })
  const where = spots.map(({ at, phase }) => `${phase} ${at}`).join(', ')
  return [...(hit ? [] : ['it never came there']), ...found].map((sentence) => `${where}: ${sentence}`)
}

/** After each; before it too, where it tells of what the other run or the person has done by then. */
function spotsOf({ names }: Boundary): Spot[] {
  // Both runs have a `run.created`.
  const at = names.find((name) => /^(step|approval|run\.(un)?paused)/.test(name)) ?? names[0]!
  const after: Spot = { at, phase: 'after' }
  return /^(step\.completed (many|flaky|inner)|approval\.decided)/.test(at) ? [{ at, phase: 'before' }, after] : [after]
}
