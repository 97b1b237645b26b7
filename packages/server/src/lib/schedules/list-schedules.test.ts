import { join } from 'node:path'
import { createMemoryStore } from '@lorc/runner'
import { expect, it } from 'vitest'
import { scratch } from '../service.fixture.ts'
import { Firings } from './firings.ts'
import { listSchedules } from './list-schedules.ts'

const recipe = (name: string, schedule: string): string => `name: ${name}\n${schedule}\nsteps:\n  - { name: work, type: shell, script: work.sh }\n`

it('lists schedules by their next time, what became of the last, and recipes that are not run', async () => {
  const workspace = await scratch({
    'work.sh': '',
    'recipes/late.yaml': recipe('late', "schedule: { cron: '0 18 * * *', timezone: Asia/Tokyo, catch_up: all, overlap: queue }"),
    'recipes/soon.yaml': recipe('soon', "schedule: '*/5 * * * *'"),
    'recipes/plain.yaml': recipe('plain', ''),
    'recipes/broken.yaml': recipe('broken', "schedule: '* * *'"),
    'recipes/other.yaml': 'steps: 7',
  })
  const store = createMemoryStore()
  const firings = new Firings(store, 'recipes/soon.yaml')
  const at = Date.UTC(2026, 0, 9, 12)
  const claimed = await firings.claim({ at, runId: 'run_1', missed: true }, at)
  await firings.change(claimed!, { state: 'skipped', reason: 'why not' })
  const { schedules, broken } = await listSchedules({ workspace, allow: [], stateDir: join(workspace, '.lorc'), config: undefined, store, now: Date.UTC(2026, 0, 9, 12, 1), count: 2 })
  expect(schedules).toMatchObject([
    { name: 'soon', path: 'recipes/soon.yaml', schedule: { cron: '*/5 * * * *', timezone: 'UTC', catchUp: 'none', overlap: 'skip' }, firings: [{ at, runId: 'run_1', state: 'skipped', reason: 'why not', missed: true, runStatus: null }] },
    { name: 'late', schedule: { timezone: 'Asia/Tokyo', catchUp: 'all', overlap: 'queue' }, firings: [] },
  ])
  expect(schedules.map(({ next }) => next.map((time) => new Date(time).toISOString().slice(8, 16)))).toEqual([
    ['09T12:05', '09T12:10'],
    ['10T09:00', '11T09:00'],
  ])
  expect(broken).toMatchObject([{ name: 'broken', path: 'recipes/broken.yaml', error: { code: 'RECIPE_INVALID' } }])
})

it('lists those of one time by their names, and without what became of them where nobody asks', async () => {
  const workspace = await scratch({ 'work.sh': '', 'recipes/b.yaml': recipe('b', "schedule: '@daily'"), 'recipes/a.yaml': recipe('a', "schedule: '@daily'") })
  const place = { workspace, allow: [], stateDir: join(workspace, '.lorc'), config: undefined, store: createMemoryStore(), now: 0 }
  const { schedules } = await listSchedules({ ...place, count: 0, firings: 0 })
  expect(schedules.map(({ name, next, firings }) => [name, next, firings])).toEqual([['a', [], []], ['b', [], []]])
  expect((await listSchedules({ ...place, count: 1 })).schedules.map(({ name }) => name)).toEqual(['a', 'b'])
})
