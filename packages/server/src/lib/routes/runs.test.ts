import { RunnerError } from '@lorc/runner'
import { describe, expect, it, vi } from 'vitest'
import { recipeOf, scratch, serviceFixture, type Steps } from '../service.fixture.ts'

const files = { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '', 'recipes/two.yaml': recipeOf('second', 'a', 'b'), 'b.sh': '' }

async function withRuns(recipes: readonly string[]) {
  const service = await serviceFixture({ files })
  const ids: string[] = []
  for (const recipe of recipes) {
    const { body } = await service.ask('POST', `/recipes/${recipe}/runs`)
    const { run_id: id } = body as { run_id: string }
    for await (const event of service.server.runner.events(id, { follow: true })) void event
    ids.push(id)
  }
  return { ...service, ids }
}

interface Page {
  items: { run_id: string }[]
  next_cursor: string | null
}

describe('GET /runs', () => {
  it('lists a run whose journal is broken: it hides no other', async () => {
    const hanging: Steps[string] = ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ status: 'error', error: { code: 'X', message: 'ended' } })))
    const { ask, server } = await serviceFixture({ files, steps: { a: hanging } })
    const { run_id: id } = (await ask('POST', '/recipes/one/runs')).body as { run_id: string }
    const view = vi.spyOn(server.runner, 'view').mockRejectedValue(new RunnerError('RUN_JOURNAL_BROKEN', 'Its hashes do not fit.'))
    expect(await ask('GET', '/runs')).toMatchObject({ status: 200, body: { items: [{ run_id: id, status: 'running' }] } })
    expect(await ask('GET', `/runs/${id}`)).toMatchObject({ status: 500, body: { code: 'RUN_JOURNAL_BROKEN' } })
    view.mockRejectedValue(new RunnerError('STORE_UNAVAILABLE', 'The disk is gone.'))
    expect((await ask('GET', '/runs')).status).toBe(503)
    view.mockRestore()
  })

  it('lists the newest first, and pages through all of them', async () => {
    const { ask, ids } = await withRuns(['one', 'two', 'one'])
    const first = (await ask('GET', '/runs?limit=2')).body as Page
    expect(first.items.map((run) => run.run_id)).toEqual([ids[2], ids[1]])
    const second = (await ask('GET', `/runs?limit=2&cursor=${first.next_cursor}`)).body as Page
    expect(second).toMatchObject({ items: [{ run_id: ids[0], name: 'first', status: 'completed', step_count: 1, recipe: 'recipes/one.yaml' }], next_cursor: null })
  })

  it('filters by recipe (its name or its file), plan, status, text and time', async () => {
    const { ask, ids } = await withRuns(['one', 'two'])
    const found = async (query: string) => ((await ask('GET', `/runs?${query}`)).body as Page).items.map((run) => run.run_id)
    expect(await found('recipe=two')).toEqual([ids[1]])
    expect(await found('recipe=recipes/one.yaml')).toEqual([ids[0]])
    expect(await found(`recipe=${'a'.repeat(300)}`)).toEqual([])
    expect(await found('name=first')).toEqual([ids[0]])
    expect(await found('status=failed')).toEqual([])
    expect(await found('text=SECOND')).toEqual([ids[1]])
    expect(await found('from=2020-01-01&until=2020-01-02T00:00:00Z')).toEqual([])
    expect(await found('from=2020-01-01')).toHaveLength(2)
  })

  it('refuses each field that is wrong', async () => {
    const { ask } = await serviceFixture()
    const answer = await ask('GET', '/runs?limit=0&colour=red&status=done&cursor=run_gone')
    expect(answer.status).toBe(400)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.body).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ path: '/query/status' }, { path: '/query/limit' }, { path: '/query/colour' }] })
    expect((await ask('GET', '/runs?cursor=run_gone')).body).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ path: '/query/cursor' }] })
  })
})

describe('GET /runs/{run_id}', () => {
  it('shows the run with its steps, or without', async () => {
    const { ask, ids } = await withRuns(['two'])
    const { status, body } = await ask('GET', `/runs/${ids[0]}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      run_id: ids[0],
      status: 'completed',
      queued: false,
      abandoned: false,
      paused: null,
      waiting_for: [],
      waits_within: false,
      recipe: { path: 'recipes/two.yaml' },
      artifacts_path: `runs/${ids[0]}/`,
      steps: [{ name: 'a', status: 'completed', attempts: 1, metrics: { exit_code: null } }, { name: 'b' }],
    })
    expect((await ask('GET', `/runs/${ids[0]}?steps=none`)).body).toMatchObject({ steps: [] })
  })

  it('says that there is none', async () => {
    const { ask } = await serviceFixture()
    expect(await ask('GET', '/runs/run_x')).toMatchObject({ status: 404, body: { code: 'RUN_UNKNOWN', status: 404, run_id: 'run_x', type: 'urn:lorc:error:RUN_UNKNOWN', fix: 'See the runs that there are: `GET /runs`.' } })
  })
})

describe('POST /recipes/{name}/runs', () => {
  it('starts a run with parameters, and says where it is', async () => {
    const params = 'params:\n  days: { type: integer, default: 1 }\n'
    const service = await serviceFixture({ files: { ...files, 'recipes/etl/daily.yaml': params + recipeOf('daily', 'a') } })
    const { status, headers, body } = await service.ask('POST', '/recipes/etl%2Fdaily/runs', { params: { days: 3 } })
    const { run_id: id } = body as { run_id: string }
    expect(status).toBe(202)
    expect(headers['location']).toBe(`/runs/${id}`)
    expect((await service.ask('GET', `/runs/${id}`)).body).toMatchObject({ params: { days: 3 } })
    const wrong = await service.ask('POST', '/recipes/etl%2Fdaily/runs', { params: { days: 'x', dyas: 1 } })
    expect(wrong).toMatchObject({ status: 422, body: { code: 'PARAMS_INVALID', errors: [{ path: '/body/params/dyas', fix: expect.stringContaining('days') }, { path: '/body/params/days' }] } })
  })

  it('starts a run for the time that is asked for, else for when it is created', async () => {
    const service = await serviceFixture({ files })
    const timesOf = async (body: object) => {
      const { run_id: id } = (await service.ask('POST', '/recipes/one/runs', body)).body as { run_id: string }
      const [run, insight] = await Promise.all([service.ask('GET', `/runs/${id}`), service.ask('GET', `/runs/${id}/insight`)])
      const { time, created_at: created } = run.body as { time: string; created_at: string }
      return { time, created, facts: (insight.body as { facts: { time: string } }).facts.time }
    }
    expect(await timesOf({ time: '2026-10-03' })).toMatchObject({ time: '2026-10-03T00:00:00.000Z', facts: '2026-10-03T00:00:00.000Z' })
    const { time, created } = await timesOf({})
    expect(time).toBe(created)
    for (const none of ['yesterday', '+012026-01-01', 7]) expect(await service.ask('POST', '/recipes/one/runs', { time: none })).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID', errors: [{ path: '/body/time' }] } })
  })

  it('says of a parameter that is missing how a request gives it', async () => {
    const { ask } = await serviceFixture({ files: { 'recipes/due.yaml': `params:\n  days: { type: integer }\n${recipeOf('due', 'a')}`, 'a.sh': '' } })
    const fix = 'Give it: `{"params": {"days": ...}}`.'
    expect(await ask('POST', '/recipes/due/runs', {})).toMatchObject({ status: 422, body: { code: 'PARAMS_INVALID', fix, errors: [{ path: '/body/params/days', fix }] } })
  })

  it('proposes a recipe for one that is not there, and never leaves the folders', async () => {
    const outside = await scratch({ 'x.yaml': recipeOf('x', 'a') })
    const { ask } = await serviceFixture({ files })
    expect(await ask('POST', '/recipes/tow/runs')).toMatchObject({ status: 404, body: { code: 'RECIPE_UNKNOWN', fix: 'Did you mean `two`?' } })
    for (const name of [`${outside}/x`, '../recipes/one', '..%2Frecipes%2Fone', '.hidden', 'a%00']) {
      expect((await ask('POST', `/recipes/${name.replaceAll('/', '%2F')}/runs`)).status).toBe(404)
    }
  })

  it('refuses a recipe with problems, and compiles it again once it is mended', async () => {
    const service = await serviceFixture({ files: { ...files, 'recipes/bad.yaml': 'steps:\n  - nam: a\n' } })
    expect(await service.ask('POST', '/recipes/bad/runs')).toMatchObject({ status: 422, body: { code: 'RECIPE_INVALID', errors: expect.arrayContaining([expect.objectContaining({ path: '/body' })]) } })
    const { writeFile } = await import('node:fs/promises')
    await writeFile(`${service.workspace}/recipes/bad.yaml`, recipeOf('good', 'a'))
    expect((await service.ask('POST', '/recipes/bad/runs')).status).toBe(202)
  })
})

describe('GET /recipes', () => {
  it('lists recipes by name with their parameters and problems, and nothing else', async () => {
    const { ask } = await serviceFixture({ files: { ...files, 'top.yml': recipeOf('top', 'a'), 'compose.yaml': 'services: {}', 'recipes/bad.yaml': 'steps: 3' } })
    expect((await ask('GET', '/recipes')).body).toMatchObject({
      items: [
        { name: 'bad', title: null, problems: [{ line: 1 }] },
        { name: 'one', title: 'first', steps: 1 },
        { name: 'top', path: 'top.yml' },
        { name: 'two', path: 'recipes/two.yaml', problems: [] },
      ],
    })
  })
})
