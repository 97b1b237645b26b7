import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { discrepancies } from './account.ts'
import { resultLine } from '../lorc.fixture.ts'
import { Site } from './site.ts'
import { resultOf, type Undisturbed, undisturbed } from './undisturbed.ts'

const HOUR = 3_600_000

let template: Site
let known: Undisturbed
let site: Site
beforeAll(async () => {
  template = await Site.make()
  known = await undisturbed(template, 'story.yaml')
})
afterAll(() => template.remove())
afterEach(() => site.remove())

it('a clock that jumps back by an hour in the middle of a run does it no harm', async () => {
  site = await Site.make(template)
  const clock = { at: 'step.started gather 1', phase: 'after', byMs: -HOUR } as const
  const ended = await site.lorc(['run', 'story.yaml'], { order: { clock } })
  await expectWhole(ended.exit, ended.stdout)
  expect(ended.stderr).toMatch(/completed in \d/)
  expect(ended.stderr).not.toMatch(/-\d+(\.\d+)?m?s/)
})

it('nor one that has jumped back when the run is resumed', async () => {
  site = await Site.make(template)
  await site.lorc(['run', 'story.yaml'], { order: { kill: { at: 'step.started gather 1', phase: 'after' } } })
  const clock = { at: 'PRAGMA journal_mode =', phase: 'before', byMs: -HOUR } as const
  const ended = await site.lorc(['resume', 'last'], { order: { clock } })
  await expectWhole(ended.exit, ended.stdout)
})

/** The clock did jump; the run completed, is whole, and no duration that lorc tells is negative. */
async function expectWhole(exit: number | null, stdout: string): Promise<void> {
  expect((await site.traces()).some((trace) => 'done' in trace && trace.done === 'clock')).toBe(true)
  const [run] = (await site.copy()).runs
  if (run === undefined) throw new Error('there is no run')
  expect([exit, resultLine({ exit, signal: null, stdout, stderr: '' })]).toEqual([0, resultOf(run)])
  expect(discrepancies(run, await site.effects(), [])).toEqual([])
  expect(run.context).toEqual(known.run.context)
  const times = run.events.map(({ ts }) => ts)
  expect(Math.min(...times.slice(1).map((ts, i) => ts - (times[i] as number)))).toBeLessThan(-HOUR / 2)
  for (const event of run.events) {
    if ('metrics' in event && event.metrics)
      for (const value of Object.values(event.metrics)) expect(value ?? 0).toBeGreaterThanOrEqual(0)
  }
  const show = await site.lorc(['runs', 'show', 'last'])
  expect([show.exit, /(^| )-\d+(\.\d+)?(ms|s|m|h)/m.test(show.stdout)], show.stdout).toEqual([0, false])
  expect(await site.lorc(['verify', 'last'])).toMatchObject({ exit: 0 })
  expect(JSON.parse(await readFile(site.path('runs', run.runId, 'run.json'), 'utf8'))).toMatchObject({
    status: 'completed',
  })
}
