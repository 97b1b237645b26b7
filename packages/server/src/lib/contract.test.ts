import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { createMemoryStore } from '@lorc/runner'
import { expect, it } from 'vitest'
import { contract } from './contract.ts'
import { moduleService } from './modules/module-service.fixture.ts'
import { openApiDocument } from './openapi/document.ts'
import { recipeOf, serviceFixture, type Asked, type ServiceFixture } from './service.fixture.ts'

const document = openApiDocument('1.2.3')

/** Checks answers by the document alone, as somebody would who knows nothing else of the service. */
class Document {
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false })
  readonly #checks = new Map<string, ValidateFunction>()
  /** Routes that have answered as the document says, with a status of their own. */
  readonly seen = new Set<string>()

  constructor() {
    this.#ajv.addSchema(document, 'doc')
  }

  check(name: string, { status, headers, body }: Asked): void {
    const [method = '', path = ''] = name.split(' ')
    const operation = document.paths[path.replace('*', '{path}')]?.[method.toLowerCase()]
    expect(operation, name).toBeDefined()
    const key = operation!.responses[status] ? String(status) : 'default'
    const content = operation!.responses[key]?.content ?? {}
    const given = headers['content-type']
    const type = typeof given === 'string' ? given.split(';')[0]! : ''
    if (key !== 'default') this.seen.add(name)
    if (type === '' || !type.endsWith('json') || type === 'application/x-ndjson') return
    const media = Object.keys(content)[0]!
    expect(type, `${name} ${status}`).toBe(media === 'application/octet-stream' ? type : media)
    if (media === 'application/octet-stream') return
    const pointer = ['doc#', 'paths', path.replace('*', '{path}'), method.toLowerCase(), 'responses', key, 'content', media, 'schema']
    const check = this.#check(pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/').replace('doc%23', 'doc#'))
    expect(check(body) ? [] : check.errors, `${name} ${status}: ${JSON.stringify(body).slice(0, 300)}`).toEqual([])
  }

  #check(ref: string): ValidateFunction {
    let check = this.#checks.get(ref)
    if (!check) this.#checks.set(ref, (check = this.#ajv.compile({ $ref: ref })))
    return check
  }
}

const files = {
  'recipes/one.yaml': `params:\n  n: { type: integer, default: 1 }\n${recipeOf('first', 'a', 'b')}`,
  'recipes/bad.yaml': 'steps: 3',
  'recipes/daily.yaml': `schedule: '@daily'\n${recipeOf('daily', 'a')}`,
  'recipes/never.yaml': `schedule: never\n${recipeOf('never', 'a')}`,
  'recipes/ask.yaml': 'name: ask\nsteps:\n  - name: ok\n    type: approval\n    message: Go?\n',
  'a.sh': '',
  'b.sh': '',
}

async function asker(document: Document): Promise<{ service: ServiceFixture; ask: (name: keyof typeof contract, path?: string, body?: unknown, headers?: Record<string, string>) => Promise<Asked> }> {
  const module = await moduleService('macro')
  const service = await serviceFixture({
    files,
    store: createMemoryStore(),
    config: { server: {}, modules: { macro: { url: module.url } } },
    steps: {
      a: async ({ context, artifactsDir }) => {
        const { mkdir, writeFile } = await import('node:fs/promises')
        await mkdir(artifactsDir, { recursive: true })
        await writeFile(`${artifactsDir}/out.json`, '{}')
        context.set('sums.total_v1', { a: [1, null, 'x'] })
        return { status: 'ok', outputs: null }
      },
      b: ({ number }) => (number === 1 ? { status: 'error', error: { code: 'STEP_FAILED', message: 'no', details: { a: 1 } } } : { status: 'ok', outputs: null }),
    },
  })
  return {
    service,
    ask: async (name, path, body, headers) => {
      const [method, template] = name.split(' ') as ['GET' | 'POST', string]
      const answer = await service.ask(method, path ?? template, body, headers)
      document.check(name, answer)
      return answer
    },
  }
}

it('every route answers as the document says, well and badly', async () => {
  const checked = new Document()
  const { ask, service } = await asker(checked)
  const run = async (recipe: string): Promise<string> => ((await ask('POST /recipes/{name}/runs', `/recipes/${recipe}/runs`, {}, { prefer: 'wait=5' })).body as { run_id: string }).run_id
  for (const name of ['GET /health', 'GET /ready', 'GET /openapi.json', 'GET /metrics', 'GET /recipes', 'GET /jobs', 'GET /modules', 'GET /schedules', 'GET /runs'] as const) await ask(name)
  const id = await run('one')
  const at = (rest: string): string => `/runs/${id}${rest}`
  await ask('GET /runs/{run_id}', at(''))
  await ask('GET /runs')
  await ask('GET /runs/changes', '/runs/changes?follow=false')
  await ask('GET /runs/{run_id}/events', at('/events?follow=false'))
  await ask('GET /runs/{run_id}/logs', at('/logs'))
  await ask('GET /runs/{run_id}/context', at('/context?key=sums.total_v1'))
  await ask('GET /runs/{run_id}/artifacts', at('/artifacts'))
  await ask('GET /runs/{run_id}/artifacts/*', at('/artifacts/a/out.json'))
  await ask('GET /runs/{run_id}/insight', at('/insight'))
  await ask('GET /runs/{run_id}/graph', at('/graph'))
  await ask('GET /runs/{run_id}/overview', at('/overview?most=20'))
  await ask('GET /runs/{run_id}/steps/{step}', at('/steps/b'))
  await ask('GET /runs/{run_id}/writes', at('/writes'))
  let seq = -1
  for await (const event of service.server.runner.events(id)) if (event.type === 'step.completed' && event.step === 'a') seq = event.seq
  await ask('GET /runs/{run_id}/writes/{seq}', at(`/writes/${seq}?key=sums.total_v1`))
  await ask('POST /runs/{run_id}/cancel', at('/cancel'), { reason: 'x' })
  await ask('POST /runs/{run_id}/resume', at('/resume'), { reason: 'x' })
  await ask('POST /runs/{run_id}/rerun', at('/rerun'), { reason: 'x' })
  const waiting = ((await ask('POST /recipes/{name}/runs', '/recipes/ask/runs', {})).body as { run_id: string }).run_id
  await expect.poll(async () => ((await ask('GET /runs/{run_id}', `/runs/${waiting}`)).body as { waiting_for: string[] }).waiting_for).toEqual(['ok'])
  await ask('POST /runs/{run_id}/pause', `/runs/${waiting}/pause`, { reason: 'x' })
  await expect.poll(async () => ((await ask('GET /runs/{run_id}', `/runs/${waiting}`)).body as { paused: unknown }).paused).not.toBeNull()
  await ask('POST /runs/{run_id}/unpause', `/runs/${waiting}/unpause`, { reason: 'x' })
  await ask('POST /runs/{run_id}/approve', `/runs/${waiting}/approve`, { reason: 'x' })
  await ask('POST /plan_and_execute', '/plan_and_execute', { scenario_id: 's', modules: ['macro'], inputs: {} })
  const well = new Set(Object.keys(contract).filter((name) => !checked.seen.has(name)))
  // What a job takes and does is told by the tests of jobs: here none is installed.
  expect(well).toEqual(new Set(['GET /jobs/{package}/{job}', 'POST /jobs/{package}/{job}/runs']))

  for (const name of Object.keys(contract) as (keyof typeof contract)[]) {
    const path = name.split(' ')[1]!.replaceAll(/\{seq\}/g, '1').replaceAll(/\{\w+\}|\*/g, 'nothing')
    await ask(name, `${path}?nonsense=1`, name.startsWith('POST') ? { nonsense: true } : undefined)
    await ask(name, name === 'GET /runs/changes' ? `${path}?follow=maybe` : path, name.startsWith('POST') ? [] : undefined)
  }
})

it('what takes no query refuses one by its name; what anybody may ask for takes any', async () => {
  const { service } = await asker(new Document())
  const { run_id: id } = (await service.ask('POST', '/recipes/one/runs', {}, { prefer: 'wait=5' })).body as { run_id: string }
  for (const path of ['/recipes', '/jobs', '/modules', `/runs/${id}/graph`, `/runs/${id}/artifacts`]) {
    expect(await service.ask('GET', `${path}?limt=3`), path).toMatchObject({ status: 400, body: { errors: [{ path: '/query/limt', fix: 'Leave it out.' }] } })
  }
  expect(await service.ask('POST', '/recipes/one/runs?n=2', {})).toMatchObject({ status: 400, body: { errors: [{ path: '/query/n' }] } })
  for (const path of ['/health?at=1', '/metrics?at=1']) expect((await service.ask('GET', path)).status).toBe(200)
})
