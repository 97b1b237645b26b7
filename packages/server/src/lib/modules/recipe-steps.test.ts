import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { moduleService, scenarioFixture, type ScenarioFixture } from './module-service.fixture.ts'

interface Run {
  run_id: string
  status: string
  steps: { name: string; status: string; attempts: number; error: { code: string } | null; artifacts: { path: string }[] }[]
  error: { code: string; message: string } | null
}

const recipe = (steps: string, more = ''): Record<string, string> => ({ 'recipes/r.yaml': `name: rates\n${more}steps:\n${steps}` })
const step = (name: string, rest = ''): string => `  - { name: ${name}, type: module, module: m${rest} }\n`

async function run({ ask }: ScenarioFixture, body: object = {}): Promise<Run> {
  const { status, body: answer } = await ask('POST', '/recipes/r/runs', body, { prefer: 'wait=20' })
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(answer)}`)
  return answer as Run
}

describe('a step of type module', () => {
  it('calls the module with what the recipe says, and keeps the answer as context and files', async () => {
    const module = await moduleService('m', ({ body }) => ({
      outputs: { doubled: Number(body.inputs['n']) * 2 },
      artifacts: [{ name: 'a.txt', content: String(body.inputs['n']) }],
      evidence: ['x'],
    }))
    const files = recipe(step('first', ", inputs: { n: '${{ params.n }}' }, parameters: { deep: { by: '${{ run.name }}' } }") + step('Second-Step', ", inputs: { n: '${{ ctx.modules.first_v1.outputs.doubled }}' }, when: ctx.modules.first_v1.outputs.doubled > 1.0"), 'params: { n: 1 }\n')
    const service = await scenarioFixture({ m: { url: module.url } }, {}, { files })
    const done = await run(service, { params: { n: 21 } })
    expect(done).toMatchObject({ status: 'completed', context_keys: ['modules.first_v1', 'modules.second_step_v1'] })
    expect(done).not.toHaveProperty('plan')
    expect(module.calls.map(({ body }) => body)).toMatchObject([
      { run_id: done.run_id, inputs: { n: 21 }, parameters: { deep: { by: 'rates' } }, metadata: { scenario_id: 'rates', step: 'first', attempt: 1, idempotency_key: `${done.run_id}/first` } },
      { inputs: { n: 42 }, parameters: { seed: (module.calls[0]!.body.parameters as { seed: number }).seed }, metadata: { step: 'Second-Step' } },
    ])
    const { context, provenance } = await service.server.runner.view(done.run_id)
    expect(context.get('modules.second_step_v1')).toEqual({ outputs: { doubled: 84 }, artifacts: ['a.txt'], evidence: ['x'] })
    expect(provenance.versions).toMatchObject({ modules: { m: '1.0.0' }, module_configs: { m: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown } })
    expect(await readFile(join(service.workspace, 'runs', done.run_id, 'artifacts/Second-Step/a.txt'), 'utf8')).toBe('42')
  })

  it('is recorded with a hash of what the configuration says of it, but for the values of its headers', async () => {
    const { url } = await moduleService('m')
    const hashOf = async (config: object): Promise<unknown> => {
      const service = await scenarioFixture({ m: { url, ...config } }, {}, { files: recipe(step('only')), runner: { env: { KEY: 'k3y-value', OTHER: 'another' } } })
      const { provenance } = await service.server.runner.view((await run(service)).run_id)
      return (provenance.versions['module_configs'] as { m: unknown }).m
    }
    const plain = await hashOf({ headers: { 'x-key': 'one' } })
    expect(await hashOf({ headers: { 'x-key': 'two' } })).toBe(plain)
    const others = await Promise.all([{ retries: 1 }, { headers: { 'x-other': 'one' } }, { headers: { 'x-key': '${{ env.KEY }}' } }, { headers: { 'x-key': '${{ env.OTHER }}' } }].map(hashOf))
    expect(new Set([plain, ...others]).size).toBe(5)
  })

  it('is called for each item, whose answers become a list', async () => {
    const module = await moduleService('m', ({ body }) => ({ outputs: { n: body.inputs['n'] }, artifacts: [{ name: 'n.json', content: body.inputs['n'] }] }))
    const service = await scenarioFixture({ m: { url: module.url } }, {}, { files: recipe(step('each', ", for_each: '[3, 4]', inputs: { n: '${{ item }}' }")) })
    const done = await run(service)
    const { context, steps } = await service.server.runner.view(done.run_id)
    expect(context.get('modules.each_v1')).toEqual([{ outputs: { n: 3 }, artifacts: ['n.json'] }, { outputs: { n: 4 }, artifacts: ['n.json'] }])
    expect(steps.flatMap(({ artifacts }) => artifacts.map(({ path }) => path.split('/').slice(3).join('/')))).toEqual(['each[0]/n.json', 'each[1]/n.json'])
    expect(new Set(module.calls.map(({ headers }) => headers['idempotency-key']))).toEqual(new Set([`${done.run_id}/each[0]`, `${done.run_id}/each[1]`]))
  })

  it.each([
    ['as the configuration says, where the step says nothing', '', 3],
    ['as the step says', ', retry: { max: 2 }', 2],
    ['not at all, where the step says so', ', retry: { max: 1 }', 1],
    ['of no other failure than the step names', ', retry: { max: 3, on: [MODULE_TIMEOUT] }', 1],
  ])('is asked again %s', async (_, rest, attempts) => {
    const module = await moduleService('m', (_, response) => void response.writeHead(503).end())
    const service = await scenarioFixture({ m: { url: module.url, retries: 2 } }, {}, { files: recipe(step('a', rest)) })
    expect(await run(service)).toMatchObject({ status: 'failed', steps: [{ attempts, error: { code: 'MODULE_UNAVAILABLE' } }] })
    expect(module.calls).toHaveLength(attempts)
  })

  it('is not asked again once another step has failed', async () => {
    const bad = await moduleService('bad', (_, response) => void response.writeHead(400).end())
    const steps = '  - { name: a, type: module, module: bad, depends_on: [] }\n  - { name: b, type: module, module: m, depends_on: [] }\n'
    const module = await moduleService('m', async ({ body }, response) => {
      const failed = async (): Promise<boolean> => (await service.server.runner.view(body.run_id)).steps.some(({ status }) => status === 'failed')
      while (!(await failed())) await new Promise((resolve) => setImmediate(resolve))
      response.writeHead(503).end()
    })
    const service = await scenarioFixture({ bad: { url: bad.url }, m: { url: module.url, retries: 2 } }, {}, { files: recipe(steps) })
    expect(await run(service)).toMatchObject({ status: 'failed', error: { code: 'MODULE_REFUSED' }, steps: [{ status: 'failed' }, { status: 'failed', attempts: 1, error: { code: 'MODULE_UNAVAILABLE' } }] })
    expect(module.calls).toHaveLength(1)
  })

  it('ends when its time is over', async () => {
    const module = await moduleService('m', () => undefined)
    const service = await scenarioFixture({ m: { url: module.url } }, {}, { files: recipe(step('slow', ', timeout: 30ms')) })
    expect(await run(service)).toMatchObject({ status: 'failed', error: { code: 'STEP_TIMEOUT' } })
  })

  it('is refused what a header takes from the environment, in outputs as in artifacts', async () => {
    const module = await moduleService('m', ({ headers }) => ({ outputs: { key: headers['x-key'] } }))
    const files = recipe(step('leaks'))
    const config = { m: { url: module.url, headers: { 'x-key': '${{ env.TOKEN }}' } } }
    const service = await scenarioFixture(config, { TOKEN: 'very-secret' }, { files })
    const done = await run(service)
    expect(done).toMatchObject({ status: 'failed', error: { code: 'SECRET_LEAKED' } })
    expect(JSON.stringify(done)).not.toContain('very-secret')
    const without = await scenarioFixture(config, {}, { files })
    expect(await without.ask('POST', '/recipes/r/runs', {})).toMatchObject({ status: 422, body: { code: 'SECRET_MISSING' } })
  })

  it('names a module that is there', async () => {
    const service = await scenarioFixture({ mm: { url: 'http://127.0.0.1:1' } }, {}, { files: recipe(step('a')) })
    expect((await service.ask('GET', '/recipes')).body).toMatchObject({ items: [{ name: 'r', problems: [{ code: 'RECIPE_MODULE_UNKNOWN', line: 3, column: 38, fix: 'the configuration has mm' }] }] })
    expect(await service.ask('POST', '/recipes/r/runs', {})).toMatchObject({ status: 422, body: { code: 'RECIPE_INVALID' } })
  })
})
