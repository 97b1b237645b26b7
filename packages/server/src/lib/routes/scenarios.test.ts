import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMemoryStore } from '@lorc/runner'
import { describe, expect, it, vi } from 'vitest'
import { moduleService, scenarioFixture } from '../modules/module-service.fixture.ts'

interface Answer {
  run_id: string
  status: string
  plan: unknown
  results: Record<string, Record<string, unknown>>
  artifacts_path: string
  logs_path: string
}

const REQUEST = {
  scenario_id: 'demo-scenario-001',
  modules: ['policy-simulator', 'strategy-agent'],
  inputs: { country: 'DR', time_horizon_years: 5, policy_parameters: { vat_rate: 0.18 } },
  run_options: { seed: 42, save_artifacts: true },
}

const deep = (levels: number): object => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as object

describe('POST /plan_and_execute', () => {
  it('calls the modules in order and answers with what they put out', async () => {
    const simulator = await moduleService('policy-simulator', () => ({
      outputs: { kpis: { gdp_growth: 0.02 } },
      artifacts: [{ name: 'kpis.json', content: { gdp_growth: 0.02 } }, { name: 'plot.png', content: 'iVBORw==', encoding: 'base64' }],
      evidence: { sources: ['IMF'] },
    }))
    const agent = await moduleService('strategy-agent', () => ({ outputs: { brief: 'brief.md' }, artifacts: [{ name: 'brief.md', content: '# Brief\n' }] }))
    const { ask, workspace } = await scenarioFixture({ 'policy-simulator': { url: `${simulator.url}/` }, 'strategy-agent': { url: agent.url } })

    const { status, body } = await ask('POST', '/plan_and_execute', REQUEST)
    const answer = body as Answer
    expect(status).toBe(200)
    expect(answer).toEqual({
      run_id: expect.stringMatching(/^run_/) as string,
      status: 'completed',
      plan: [
        { step: 1, module: 'policy-simulator', action: 'execute' },
        { step: 2, module: 'strategy-agent', action: 'execute' },
      ],
      results: {
        'policy-simulator': { kpis: { gdp_growth: 0.02 }, artifacts: ['kpis.json', 'plot.png'], evidence: { sources: ['IMF'] } },
        'strategy-agent': { brief: 'brief.md', artifacts: ['brief.md'] },
      },
      artifacts_path: `runs/${answer.run_id}/`,
      logs_path: `runs/${answer.run_id}/logs.jsonl`,
    })

    const [first, second] = [simulator.calls[0]!, agent.calls[0]!]
    expect(first.body).toEqual({
      run_id: answer.run_id,
      parameters: { seed: 42 },
      inputs: REQUEST.inputs,
      metadata: { scenario_id: 'demo-scenario-001', step: 'policy-simulator', attempt: 1, idempotency_key: `${answer.run_id}/policy-simulator` },
    })
    expect(first.headers['idempotency-key']).toBe(`${answer.run_id}/policy-simulator`)
    expect(second.body.inputs).toEqual({ ...REQUEST.inputs, results: { 'policy-simulator': { kpis: { gdp_growth: 0.02 } } } })

    const folder = join(workspace, answer.artifacts_path)
    const record = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as Record<string, unknown>
    expect(record).toMatchObject({ request: { scenario_id: 'demo-scenario-001', inputs: REQUEST.inputs }, seed: 42, versions: { modules: { 'policy-simulator': '1.0.0', 'strategy-agent': '1.0.0' } } })
    expect(await readFile(join(folder, 'artifacts/policy-simulator/plot.png'))).toEqual(Buffer.from('iVBORw==', 'base64'))
    expect(await readFile(join(folder, 'artifacts/strategy-agent/brief.md'), 'utf8')).toBe('# Brief\n')
    expect(await readFile(join(folder, 'logs.jsonl'), 'utf8')).toContain(`POST ${agent.url}/execute 200`)
    expect(await readFile(join(folder, 'results.json'), 'utf8')).toContain('"brief": "brief.md"')

    const shown = (await ask('GET', `/runs/${answer.run_id}`)).body
    expect(shown).toMatchObject({ status: 'completed', seed: 42, plan: answer.plan, results: answer.results, request: { scenario_id: 'demo-scenario-001' } })
  })

  it('answers once the folder of the run is written', async () => {
    const module = await moduleService('m')
    const { post, server } = await scenarioFixture({ m: { url: module.url } })
    let isWritten = false
    vi.spyOn(server.runner, 'writeRunFolder').mockImplementation(async () => {
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
      isWritten = true
      return ''
    })
    expect([(await post(['m'])).status, isWritten]).toEqual([200, true])
  })

  it('runs modules as a graph, with parameters of their own and more than once', async () => {
    let running = 0
    let most = 0
    const together: (() => void)[] = []
    const module = await moduleService('m', async ({ body: { metadata, parameters, inputs } }) => {
      most = Math.max(most, ++running)
      if (metadata['step'] !== 'last') await new Promise<void>((resolve) => (together.push(resolve) === 2 ? together.forEach((go) => go()) : undefined))
      running -= 1
      return { status: 'ok', module: 'm', outputs: { of: metadata['step'], parameters, inputs } }
    })
    const { post } = await scenarioFixture({ m: { url: module.url } })
    const { body } = await post([{ module: 'm', id: 'one', parameters: { x: 1, seed: 7 } }, { module: 'm', id: 'two' }, { module: 'm', id: 'last', depends_on: ['two'] }], { run_options: { seed: 3 } })
    expect(most).toBe(2)
    expect(body).toMatchObject({
      plan: [
        { step: 1, module: 'm', id: 'one', depends_on: [] },
        { step: 2, module: 'm', id: 'two' },
        { step: 3, module: 'm', id: 'last', depends_on: ['two'] },
      ],
      results: { one: { parameters: { x: 1, seed: 7 } }, two: { parameters: { seed: 3 }, inputs: {} }, last: { inputs: { results: { two: { of: 'two' } } } } },
    })
  })

  it('gives each run without a seed one of its own, and keeps no artifacts where none are asked for', async () => {
    const module = await moduleService('m', () => ({ outputs: {}, artifacts: [{ name: 'a.txt', content: 'a' }, { path: '../nowhere', hash: '0'.repeat(64) }] }))
    const { post, server } = await scenarioFixture({ m: { url: module.url } })
    const { body } = await post(['m'], { run_options: { save_artifacts: false } })
    const { run_id: id, results } = body as Answer
    expect(results).toEqual({ m: {} })
    const view = await server.runner.view(id)
    expect(view.steps[0]?.artifacts).toEqual([])
    expect(module.calls[0]?.body.parameters).toEqual({ seed: view.provenance.seed })
  })

  it('takes what a request says as it is: no expression, no prototype', async () => {
    const module = await moduleService('m', ({ body }) => ({ outputs: { text: body.inputs['text'], given: body.parameters['given'] } }))
    const { post, ask } = await scenarioFixture({ m: { url: module.url } })
    const text = '${{ env.HOME }} ${{ params.inputs }}'
    const { body } = await post([{ module: 'm', parameters: { given: text } }], { scenario_id: text, inputs: { text } })
    expect((body as Answer).results['m']).toEqual({ text, given: text })
    expect(module.calls[0]?.body.metadata['scenario_id']).toBe(text)
    for (const inputs of ['{"__proto__":{"a":1}}', '{"a":{"constructor":{"prototype":1}}}']) {
      expect((await ask('POST', '/plan_and_execute', `{"scenario_id":"s","modules":["m"],"inputs":${inputs}}`)).status).toBe(400)
    }
    expect((await ask('POST', '/plan_and_execute', `{"scenario_id":"s","modules":["m"],"inputs":{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`)).status).toBe(400)
    expect(module.calls).toHaveLength(1)
  })

  it('answers at once where that is preferred', async () => {
    let finish = (): void => {}
    const module = await moduleService('m', () => new Promise((resolve) => (finish = () => resolve({ status: 'ok', module: 'm', outputs: { a: 1 } }))))
    const { post, ask, server } = await scenarioFixture({ m: { url: module.url } })
    const { status, headers, body } = await post(['m'], {}, { prefer: 'respond-async' })
    const { run_id: id } = body as Answer
    expect([status, headers['location'], headers['preference-applied'], body]).toEqual([202, `/runs/${id}`, 'respond-async', { run_id: id, status: 'running' }])
    for await (const { type } of server.runner.events(id, { follow: true })) if (type === 'step.started') break
    while (module.calls.length === 0) await new Promise(setImmediate)
    expect((await ask('GET', `/runs/${id}`)).body).toMatchObject({ status: 'running', results: {} })
    finish()
    for await (const event of server.runner.events(id, { follow: true })) void event
    expect((await ask('GET', `/runs/${id}`)).body).toMatchObject({ status: 'completed', results: { m: { a: 1 } } })
  })

  it('answers that a run goes on where it takes longer than is waited for', async () => {
    const module = await moduleService('m', () => undefined)
    const { post } = await scenarioFixture({ m: { url: module.url } })
    const { status, headers, body } = await post(['m'], {}, { prefer: 'wait=0' })
    expect([status, headers['preference-applied'], body]).toMatchObject([202, 'wait=0', { status: 'running' }])
    const both = await post(['m'], {}, { prefer: 'wait=0, respond-async' })
    expect([both.status, both.headers['preference-applied']]).toEqual([202, 'respond-async, wait=0'])
  })

  it('makes one run of the same request under the same key, and answers as that one ended', async () => {
    let fail = false
    const module = await moduleService('m', () => (fail ? { status: 'error', message: 'no' } : { outputs: { a: 1 } }))
    const { post } = await scenarioFixture({ m: { url: module.url } })
    const keyed = (key: string, more = {}, prefer = ''): ReturnType<typeof post> => post(['m'], more, { 'idempotency-key': key, prefer })
    const [first, second] = await Promise.all([keyed('k1'), keyed('k1')])
    expect([first.status, second.body]).toEqual([200, first.body])
    expect((await keyed('k1')).body).toEqual(first.body)
    expect(await keyed('k1', {}, 'respond-async')).toMatchObject({ status: 202, body: { status: 'completed' } })
    expect(await keyed('k1', {}, 'respond-async, wait=20')).toMatchObject({ status: 200, body: first.body })
    expect(await keyed('k1', { inputs: { b: 1 } })).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } })
    expect(module.calls).toHaveLength(1)
    fail = true
    const failed = await keyed('k2')
    fail = false
    expect([failed.status, (await keyed('k2')).body]).toEqual([502, failed.body])
    expect(module.calls).toHaveLength(2)
  })

  it('goes on after the service was stopped, and writes the folder then', async () => {
    let finish = (): void => {}
    const module = await moduleService('m', () => new Promise((resolve) => (finish = () => resolve({ status: 'ok', module: 'm', outputs: {} }))))
    const store = createMemoryStore()
    const first = await scenarioFixture({ m: { url: module.url } }, {}, { store })
    const { run_id: id } = (await first.post(['m'], {}, { prefer: 'respond-async' })).body as Answer
    while (module.calls.length === 0) await new Promise(setImmediate)
    await first.server.close()
    const second = await scenarioFixture({ m: { url: module.url } }, {}, { store, workspace: first.workspace })
    while (module.calls.length === 1) await new Promise(setImmediate)
    finish()
    for await (const event of second.server.runner.events(id, { follow: true })) void event
    await second.server.close()
    expect(JSON.parse(await readFile(join(first.workspace, 'runs', id, 'run.json'), 'utf8'))).toMatchObject({ status: 'completed' })
    expect(module.calls.map(({ body: { metadata } }) => metadata['idempotency_key'])).toEqual([`${id}/m`, `${id}/m`])
  })

  it('ends the call of a module when the run is cancelled, which says nothing of the module', async () => {
    const closed: Promise<void>[] = []
    const module = await moduleService('m', (_, response) => void closed.push(new Promise((resolve) => response.once('close', resolve))))
    const { post, ask, server } = await scenarioFixture({ m: { url: module.url } })
    const answer = post(['m', { module: 'm', id: 'later' }])
    while (closed.length === 0) await new Promise(setImmediate)
    const [run] = await server.runner.store.list({})
    await server.runner.cancel(run!.runId, { by: 'ann', reason: 'enough' })
    await closed[0]
    expect(await answer).toMatchObject({ status: 200, body: { status: 'cancelled', results: {} } })
    expect(module.calls).toHaveLength(1)
    expect((await ask('GET', '/modules')).body).toMatchObject({ items: [{ breaker: 'closed' }] })
  })

  it.each([
    ['no modules', { modules: [] }, 400, 'REQUEST_INVALID', '/body/modules'],
    ['a name that is none', { modules: ['http://evil'] }, 400, 'REQUEST_INVALID', '/body/modules/0'],
    ['a URL of its own', { modules: [{ module: 'm', url: 'http://evil' }] }, 400, 'REQUEST_INVALID', '/body/modules/0'],
    ['an unknown option', { run_options: { sed: 1 } }, 400, 'REQUEST_INVALID', '/body/run_options/sed'],
    ['a seed that is none', { run_options: { seed: -1 } }, 400, 'REQUEST_INVALID', '/body/run_options/seed'],
    ['inputs that are a list', { inputs: [] }, 400, 'REQUEST_INVALID', '/body/inputs'],
    ['an unknown module', { modules: ['n'] }, 422, 'MODULE_UNKNOWN', ''],
    ['inputs that are nested too deep', { inputs: deep(65) }, 400, 'REQUEST_TOO_DEEP', ''],
  ])('refuses %s, and leaves nothing behind', async (_, more, status, code, path) => {
    const module = await moduleService('m')
    const { post, server } = await scenarioFixture({ m: { url: module.url } })
    const answer = await post(['m'], more)
    expect(answer).toMatchObject({ status, body: { code } })
    if (path !== '') expect((answer.body as { errors: { path: string }[] }).errors[0]?.path.startsWith(path)).toBe(true)
    expect([await server.runner.store.list({}), module.asked]).toEqual([[], []])
  })
})

describe('GET /modules', () => {
  it('shows how they are', async () => {
    const well = await moduleService('well')
    const ill = await moduleService('ill', undefined, { 'GET /health': (_, response) => void response.writeHead(500).end(), 'GET /metadata': () => ['no', 'object'] })
    const { ask } = await scenarioFixture({ well: { url: well.url }, ill: { url: ill.url }, gone: { url: 'http://127.0.0.1:1' } })
    expect((await ask('GET', '/modules')).body).toEqual({
      items: [
        { name: 'well', healthy: true, problem: null, breaker: 'closed', metadata: { name: 'well', version: '1.0.0' } },
        { name: 'ill', healthy: false, problem: 'The module `ill` is not well: GET /health answered 500.', breaker: 'closed', metadata: null },
        { name: 'gone', healthy: false, problem: 'The module `gone` is not well: it could not be asked (GET http://127.0.0.1:1/health): nobody listens there.', breaker: 'closed', metadata: null },
      ],
      next_cursor: null,
    })
  })
})

