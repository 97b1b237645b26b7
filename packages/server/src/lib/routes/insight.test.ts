import { createMemoryStore, type RunStore } from '@lorc/runner'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { GraphAnswer } from '../insight/graph-answer.ts'
import type { Insight } from '../insight/insight-answer.ts'
import type { Overview } from '../insight/overview-answer.ts'
import { recipeOf, serviceFixture, type ServiceFixture, type Steps } from '../service.fixture.ts'

const step = (name: string, more = ''): string => `  - { name: ${name}, type: shell, script: x.sh${more} }\n`
const RECIPE = `name: nightly
description: What a night brings
concurrency: 1
steps:
${step('prepare')}${step('each', ", depends_on: [prepare], for_each: '${{ [10, 20] }}'")}${step('fetch', ", depends_on: [prepare], retry: { max: 2, delay_sec: 0 }")}${step('model', ', depends_on: [fetch]')}${step('publish', ', depends_on: [model]')}`

const error = { code: 'STEP_FAILED', message: 'the upstream answered 503' }
const write = (value: number) => ({ 'demo.part_v1': { value } })

const STEPS: Steps = {
  prepare: ({ context }) => {
    context.set('demo.part_v1', 1)
    return { status: 'ok', outputs: null }
  },
  fetch: ({ number, context }) => {
    if (number === 1) return { status: 'error', error }
    context.set('demo.part_v1', 2)
    return { status: 'ok', outputs: ['demo.part_v1'] }
  },
  model: () => ({ status: 'error', error }),
}

async function ran(service: ServiceFixture, recipe: string): Promise<string> {
  const { run_id: id } = (await service.ask('POST', `/recipes/${recipe}/runs`)).body as { run_id: string }
  for await (const event of service.server.runner.events(id, { follow: true })) void event
  return id
}

async function nightly() {
  const service = await serviceFixture({ files: { 'recipes/nightly.yaml': RECIPE, 'x.sh': '' }, steps: STEPS })
  const id = await ran(service, 'nightly')
  const get = async (path: string): Promise<unknown> => (await service.ask('GET', `/runs/${id}/${path}`)).body
  return { service, id, get }
}

describe('what screens ask of a run', () => {
  it('calls no run abandoned that ends while it is looked at', async () => {
    const kept = createMemoryStore()
    const gate = Promise.withResolvers<void>()
    let ending = async (): Promise<void> => undefined
    const lease: RunStore['lease'] = async (runId) => {
      await ending()
      return kept.lease(runId)
    }
    const steps: Steps = { a: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) }
    const service = await serviceFixture({ files: { 'recipes/one.yaml': recipeOf('one', 'a'), 'a.sh': '' }, steps, store: { ...kept, lease } })
    const { run_id: id } = (await service.ask('POST', '/recipes/one/runs')).body as { run_id: string }
    ending = async () => {
      gate.resolve()
      for await (const event of service.server.runner.events(id, { follow: true })) void event
    }
    expect((await service.ask('GET', `/runs/${id}/insight`)).body).toMatchObject({ status: 'completed', abandoned: false })
  })

  it('names the runs of its steps, as long as they go on', async () => {
    const inner = 'name: inner\nsteps:\n  - { name: gate, type: approval, message: Go? }\n'
    const service = await serviceFixture({ files: { 'recipes/inner.yaml': inner, 'recipes/outer.yaml': 'name: outer\nsteps:\n  - { name: over, type: recipe, recipe: recipes/inner.yaml }\n' } })
    const { run_id: id } = (await service.ask('POST', '/recipes/outer/runs')).body as { run_id: string }
    const insightOf = async (run: string) => (await service.ask('GET', `/runs/${run}/insight`)).body as Insight
    await expect.poll(async () => (await insightOf(id)).inner_runs.length).toBe(1)
    const [first] = (await insightOf(id)).inner_runs
    const shown = async () => [(await service.ask('GET', `/runs/${id}`)).body, ((await service.ask('GET', '/runs?status=running')).body as { items: object[] }).items[0]]
    const waits = { run_id: id, waiting_for: [], waits_within: true }
    await expect.poll(shown).toMatchObject([waits, waits])
    await expect.poll(async () => (await service.ask('POST', `/runs/${first!.run_id}/approve`, { reason: 'yes' })).status).toBe(200)
    for await (const event of service.server.runner.events(id, { follow: true })) void event
    expect([first!.step, (await insightOf(id)).inner_runs, (await insightOf(first!.run_id)).status]).toEqual(['over', [], 'completed'])
  })

  it('is its state, all steps with their times, what failed and what took so long', async () => {
    const { id, get } = await nightly()
    const insight = (await get('insight')) as Insight
    expect(insight).toMatchObject({
      run_id: id,
      name: 'nightly',
      description: 'What a night brings',
      status: 'failed',
      failed_step: 'model',
      counts: { completed: 5, failed: 1, blocked: 1 },
      failures: [{ step: 'model', attempts: 1, error, tolerated: false, blocks: ['publish'], blocks_count: 1 }],
      approvals: [],
      at: null,
      since: 0,
      facts: { versions: { lorc: '1.2.3' }, params: {}, origin: null },
    })
    expect(insight.steps!.map(([name, index, isItem, status, attempts]) => [name, index, isItem, status, attempts])).toEqual([
      ['prepare', 0, false, 'completed', 1],
      ['each', 1, false, 'completed', 1],
      ['each[0]', 1, true, 'completed', 1],
      ['each[1]', 1, true, 'completed', 1],
      ['fetch', 2, false, 'completed', 2],
      ['model', 3, false, 'failed', 1],
      ['publish', 4, false, 'blocked', 0],
    ])
    expect(insight.path.map(([position]) => position)).toEqual([0, 4, 5])
    expect(insight.steps![4]![8].filter(([kind]) => kind === 'ran').map(([, , , attempt, end]) => [attempt, end])).toEqual([[1, 'failed'], [2, 'completed']])
  })

  it('is the graph of its plan', async () => {
    const graph = (await (await nightly()).get('graph')) as GraphAnswer
    expect(graph).toMatchObject({ steps: ['prepare', 'each', 'fetch', 'model', 'publish'], types: ['shell'], type: [0, 0, 0, 0, 0], for_each: [1], joins: [] })
    expect(graph.edges).toHaveLength(8)
  })

  it('is that graph in few nodes, where what failed stays alone', async () => {
    const { get } = await nightly()
    const { nodes, edges, step_count: steps } = (await get('overview')) as Overview
    expect(steps).toBe(5)
    expect(nodes.map(({ label, status, members, on_path: onPath }) => [label, status, members, onPath])).toEqual([
      ['prepare', 'completed', [0, 0], true],
      ['each', 'completed', [1, 1], false],
      ['fetch', 'completed', [2, 2], true],
      ['model', 'failed', [3, 3], true],
      ['publish', 'blocked', [4, 4], false],
    ])
    expect(nodes[1]).toMatchObject({ for_each: true, items: 2, counts: { completed: 2 } })
    expect(edges).toHaveLength(8)
  })

  it('is the same graph whatever steps come to, but for those that fail', async () => {
    const many = Array.from({ length: 40 }, (_, i) => step(`s${i}`, `, depends_on: [begin]${i === 7 ? ', continue_on_error: true' : ''}`)).join('')
    const files = { 'recipes/many.yaml': `name: many\nconcurrency: 1\nsteps:\n${step('begin')}${many}${step('end')}`, 'x.sh': '' }
    const open = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    onTestFinished(() => open.resolve())
    const steps: Steps = {
      s7: () => ({ status: 'error', error }),
      s9: async () => {
        arrived.resolve()
        await open.promise
        return { status: 'ok', outputs: null }
      },
    }
    const service = await serviceFixture({ files, steps })
    const { run_id: id } = (await service.ask('POST', '/recipes/many/runs')).body as { run_id: string }
    await arrived.promise
    const overview = async (): Promise<Overview> => (await service.ask('GET', `/runs/${id}/overview?most=10`)).body as Overview
    const before = await overview()
    expect(before.nodes.map(({ label, members }) => [label, members])).toEqual([
      ['begin', [0, 0]],
      ['s0 … s39', [1, 7, 9, 40]],
      ['s7', [8, 8]],
      ['end', [41, 41]],
    ])
    expect(before.nodes[1]).toMatchObject({ kind: 'group', size: 39, status: null, counts: { completed: 8, running: 1, waiting: 30 } })
    expect(before.nodes[2]).toMatchObject({ kind: 'step', status: 'failed' })
    open.resolve()
    for await (const event of service.server.runner.events(id, { follow: true })) void event
    const after = await overview()
    expect(after.nodes.map(({ label }) => label)).toEqual(before.nodes.map(({ label }) => label))
    expect(after.nodes[1]).toMatchObject({ status: 'completed', counts: { completed: 39 } })
  })

  it('is why a step is as it is', async () => {
    const { get } = await nightly()
    expect(await get('steps/fetch')).toMatchObject({
      type: 'shell',
      waits_by: 'names',
      waits_for: ['prepare'],
      after: 'prepare',
      attempts: [{ attempt: 1, end: 'failed', error }, { attempt: 2, end: 'completed', error: null }],
      outputs: ['demo.part_v1'],
      writes: [{ key: 'demo.part_v1' }],
      definition: { name: 'fetch', retry: { max: 2 } },
    })
    expect(await get('steps/publish')).toMatchObject({ status: 'blocked', blocked_by: 'model', attempts: [] })
    expect(await get('steps/each%5B1%5D')).toMatchObject({ item: 20, item_of: 'each', waits_by: 'item' })
    expect(await get('steps/nothing')).toMatchObject({ status: 404, code: 'RUN_STEP_ABSENT' })
  })

  it('is who wrote what to the context, and each value', async () => {
    const { get } = await nightly()
    const { items } = (await get('writes')) as { items: [number, number, string, string, string, number][] }
    expect(items.map(([, , key, who, name, attempt]) => [key, who, name, attempt])).toEqual([
      ['demo.part_v1', 'prepare', 'prepare', 1],
      ['demo.part_v1', 'fetch', 'fetch', 2],
    ])
    expect(await get(`writes/${items[0]![0]}?key=demo.part_v1`)).toEqual({ key: 'demo.part_v1', value: write(1)['demo.part_v1'].value })
    expect(await get(`writes/${items[1]![0]}?key=demo.part_v1`)).toEqual({ key: 'demo.part_v1', value: write(2)['demo.part_v1'].value })
    expect(await get(`writes/${items[0]![0]}?key=constructor`)).toMatchObject({ status: 404, code: 'RUN_WRITE_ABSENT' })
    expect(await get('writes/0?key=demo.part_v1')).toMatchObject({ status: 404 })
  })

  it('is refused of a run that is not there', async () => {
    const { ask } = await serviceFixture()
    for (const path of ['insight', 'graph', 'overview', 'writes', 'steps/a', 'writes/3?key=a.b_v1']) {
      expect(await ask('GET', `/runs/run_x/${path}`)).toMatchObject({ status: 404, body: { code: 'RUN_UNKNOWN' } })
    }
  })

  it('is only what changed since an earlier look, where a run is large', async () => {
    const many = Array.from({ length: 600 }, (_, i) => step(`s${i}`, ', depends_on: []')).join('')
    const gate = Promise.withResolvers<void>()
    onTestFinished(() => gate.resolve())
    const last = Promise.withResolvers<void>()
    const files = { 'recipes/many.yaml': `name: many\nconcurrency: 4\nsteps:\n${many}${step('end')}`, 'x.sh': '' }
    const steps: Steps = {
      end: async () => {
        last.resolve()
        await gate.promise
        return { status: 'ok', outputs: null }
      },
    }
    const service = await serviceFixture({ files, steps })
    const { run_id: id } = (await service.ask('POST', '/recipes/many/runs')).body as { run_id: string }
    await last.promise
    const first = (await service.ask('GET', `/runs/${id}/insight`)).body as Insight
    expect(first).toMatchObject({ status: 'running', at: null, step_count: 601, queued: false, abandoned: false })
    expect(first.steps!.at(-1)![3]).toBe('running')
    gate.resolve()
    for await (const event of service.server.runner.events(id, { follow: true })) void event
    const next = (await service.ask('GET', `/runs/${id}/insight?since=${first.seq}`)).body as Insight
    expect(next).toMatchObject({ status: 'completed', since: first.seq, at: [600], step_count: 601 })
    expect(next.steps).toHaveLength(1)
    const few = (await service.ask('GET', `/runs/${id}/insight?steps=few`)).body as Insight
    expect(few).toMatchObject({ steps: null, at: null, step_count: 601, counts: { completed: 601 } })
    expect((await service.ask('GET', `/runs/${id}/insight?since=99999`)).body).toMatchObject({ since: 0, at: null })
  })
})
