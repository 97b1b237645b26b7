import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readServiceConfig } from '../config.ts'
import { moduleService, scenarioFixture } from './module-service.fixture.ts'

describe('a module that speaks differently', () => {
  it('is sent what `request` makes of the body, and `response` makes an envelope of its answer', async () => {
    const module = await moduleService('score', undefined, { 'POST /v2/score': () => ({ result: { points: 7 }, took: 3 }) })
    const { post } = await scenarioFixture({
      score: {
        url: module.url,
        execute: '/v2/score',
        request: { subject: '${{ params.inputs.country }}', seed: '${{ params.parameters.seed }}', note: 'for ${{ params.metadata.scenario_id }}' },
        response: { outputs: { score: '${{ response.body.result.points }}', for: '${{ params.inputs.country }}' } },
      },
    })
    expect((await post(['score'], { inputs: { country: '${{ env.HOME }}' }, run_options: { seed: 5 } })).body).toMatchObject({ results: { score: { score: 7, for: '${{ env.HOME }}' } } })
    expect(module.calls[0]?.body).toEqual({ subject: '${{ env.HOME }}', seed: 5, note: 'for test' })
  })

  it('can say by `response` that it failed', async () => {
    const module = await moduleService('m', () => ({ ok: false }))
    const response = { status: "${{ response.body.ok && response.status == 200 ? 'ok' : 'error' }}", outputs: {}, error: 'it said no' }
    const { fails } = await scenarioFixture({ m: { url: module.url, response } })
    expect(await fails(['m'])).toMatchObject({ details: { code: 'MODULE_FAILED', answer: { ok: false } }, detail: 'The module `m` failed: it said no.' })
  })

  it.each([
    ['request', { request: { a: '${{ params.inputs.nothing }}' } }],
    ['response', { response: { outputs: { a: '${{ response.body.nothing }}' } } }],
    ['request', { request: { a: '${{ env.KEY }}' } }],
  ])('fails where its `%s` cannot be evaluated', async (field, config) => {
    const module = await moduleService('m')
    const { fails } = await scenarioFixture({ m: { url: module.url, ...config } }, { KEY: 'k' })
    expect(await fails(['m'])).toMatchObject({ details: { code: 'MODULE_MAPPING' }, fix: `Correct \`modules.m.${field}\` in lorc.config.` })
  })
})

describe('headers', () => {
  const SECRET = 'correct-horse-battery'
  const config = (url: string): object => ({ url, headers: { authorization: 'Bearer ${{ env.TOKEN }}', 'x-plain': 'yes' } })

  it('go with every request, and what they hold is shown nowhere', async () => {
    const module = await moduleService('m', (_, response) => void response.writeHead(401).end(JSON.stringify({ error: `unknown: Bearer ${SECRET}` })))
    const { fails, ask, workspace } = await scenarioFixture({ m: config(module.url) }, { TOKEN: SECRET })
    const problem = await fails(['m'])
    expect(module.asked.map(({ route }) => route).sort()).toEqual(['GET /health', 'GET /metadata', 'POST /execute'])
    expect(module.asked.map(({ headers }) => [headers.authorization, headers['x-plain']])).toEqual(Array(3).fill([`Bearer ${SECRET}`, 'yes']))
    const folder = join(workspace, 'runs', problem.run_id)
    const shown = await Promise.all(['run.json', 'results.json', 'events.ndjson', 'logs.jsonl'].map((name) => readFile(join(folder, name), 'utf8')))
    const everything = JSON.stringify([problem, (await ask('GET', `/runs/${problem.run_id}`)).body, shown])
    expect(everything).toContain('unknown: Bearer ***')
    expect(everything).not.toContain(SECRET)
  })

  it.each([
    ['outputs', { outputs: { token: SECRET } }, 'SECRET_LEAKED'],
    ['an artifact', { outputs: {}, artifacts: [{ name: 'a.txt', content: `x${SECRET}x` }] }, 'MODULE_ARTIFACT'],
  ])('are not kept where the module gives them back in %s', async (_, answer, code) => {
    const module = await moduleService('m', () => answer)
    const { fails } = await scenarioFixture({ m: config(module.url) }, { TOKEN: SECRET })
    const problem = await fails(['m'])
    expect(problem).toMatchObject({ details: { code } })
    expect(JSON.stringify(problem)).not.toContain(SECRET)
  })

  it('that are not there refuse the scenario', async () => {
    const module = await moduleService('m')
    const { post, server } = await scenarioFixture({ m: config(module.url) })
    expect(await post(['m'])).toMatchObject({ status: 422, body: { code: 'SECRET_MISSING', detail: expect.stringContaining('TOKEN') as string } })
    expect([module.asked, await server.runner.store.list({})]).toEqual([[], []])
  })

  it('with what no header can have fail the step, and do not show it', async () => {
    const module = await moduleService('m')
    const { fails } = await scenarioFixture({ m: config(module.url) }, { TOKEN: 'two\nlines-of-it' })
    const problem = await fails(['m'])
    expect(problem.detail).toContain('`modules.m.headers.authorization` has a value that no header can have')
    expect(JSON.stringify(problem)).not.toContain('lines-of-it')
  })
})

it.each([
  ['url', { url: 'ftp://a' }],
  ['url', { url: 'http://a/?q' }],
  ['url', { url: 'http://user:word@a' }],
  ['execute', { url: 'http://a', execute: 'score' }],
  ['timeout', { url: 'http://a', timeout: 'soon' }],
  ['retries', { url: 'http://a', retries: -1 }],
  ['headers', { url: 'http://a', headers: { 'a b': 'c' } }],
  ['tiemout', { url: 'http://a', tiemout: 1 }],
])('refuses a configuration with a wrong %s', (field, config) => {
  expect(() => readServiceConfig({ modules: { m: config } })).toThrow(expect.objectContaining({ code: 'SERVER_CONFIG', message: expect.stringContaining(`modules.m.${field}`) as string }) as Error)
  expect(() => readServiceConfig({ modules: { 'No!': { url: 'http://a' } } })).toThrow('No!')
})
