import { createMemoryStore } from '@lorc/runner'
import { TestClock } from '@lorc/runner/testing'
import { expect, it } from 'vitest'
import { Firings } from '../schedules/firings.ts'
import { recipeOf, serviceFixture } from '../service.fixture.ts'

// The clock begins at 2026-01-09T12:34:56Z.
const scheduled = (name: string, schedule: string): string => `schedule: ${schedule}\n${recipeOf(name, 'work')}`

it('GET /schedules tells the next times of each, what became of the last ones, and who is not run', async () => {
  const store = createMemoryStore()
  const { ask } = await serviceFixture({
    store,
    clock: new TestClock(),
    config: { server: { schedules: false } },
    files: {
      'work.sh': '',
      'recipes/late.yaml': scheduled('late', "{ cron: '0 18 * * *', timezone: Asia/Tokyo, catch_up: all, overlap: queue }"),
      'recipes/soon.yaml': scheduled('soon', "'*/5 * * * *'"),
      'recipes/same.yaml': scheduled('same', "'*/5 * * * *'"),
      'recipes/broken.yaml': scheduled('broken', 'never'),
      'recipes/plain.yaml': recipeOf('plain', 'work'),
    },
  })
  const { body: run } = await ask('POST', '/recipes/plain/runs', {}, { prefer: 'wait=60' })
  const { run_id: id } = run as { run_id: string }
  const firings = new Firings(store, 'recipes/soon.yaml')
  for (const minute of [20, 25, 30]) {
    const claimed = await firings.claim({ at: Date.UTC(2026, 0, 9, 12, minute), runId: minute === 30 ? id : `run_${minute}`, missed: minute === 20 }, 0)
    await firings.change(claimed!, minute === 25 ? { state: 'skipped', reason: 'busy' } : { state: 'started' })
  }
  const { body } = await ask('GET', '/schedules?next=2&firings=2')
  expect(body).toEqual({
    running: false,
    items: [
      { name: 'same', recipe: 'recipes/same.yaml', cron: '*/5 * * * *', timezone: 'UTC', catch_up: 'none', overlap: 'skip', next: ['2026-01-09T12:35:00.000Z', '2026-01-09T12:40:00.000Z'], firings: [] },
      {
        name: 'soon',
        recipe: 'recipes/soon.yaml',
        cron: '*/5 * * * *',
        timezone: 'UTC',
        catch_up: 'none',
        overlap: 'skip',
        next: ['2026-01-09T12:35:00.000Z', '2026-01-09T12:40:00.000Z'],
        firings: [
          { at: '2026-01-09T12:30:00.000Z', state: 'started', run_id: id, run_status: 'completed', reason: null, missed: false },
          { at: '2026-01-09T12:25:00.000Z', state: 'skipped', run_id: 'run_25', run_status: null, reason: 'busy', missed: false },
        ],
      },
      { name: 'late', recipe: 'recipes/late.yaml', cron: '0 18 * * *', timezone: 'Asia/Tokyo', catch_up: 'all', overlap: 'queue', next: ['2026-01-10T09:00:00.000Z', '2026-01-11T09:00:00.000Z'], firings: [] },
    ],
    broken: [{ name: 'broken', recipe: 'recipes/broken.yaml', code: 'RECIPE_INVALID', message: expect.stringContaining('recipes/broken.yaml') as string }],
    next_cursor: null,
  })
  expect((await ask('GET', '/schedules?firings=3')).body).toMatchObject({ items: [{}, { firings: [{}, {}, { state: 'started', run_id: 'run_20', run_status: null }] }, {}] })
  expect((await ask('GET', '/schedules?firings=0')).body).toMatchObject({ items: [{ next: [expect.any(String)], firings: [] }, { firings: [] }, { firings: [] }] })
  expect(await ask('GET', '/schedules?next=0')).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
})
