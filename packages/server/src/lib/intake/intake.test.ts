import { createMemoryStore, createRunner, RunnerError, type Plan, type RunStore } from '@lorc/runner'
import { TestClock } from '@lorc/runner/testing'
import { describe, expect, it } from 'vitest'
import { moduleService } from '../modules/module-service.fixture.ts'
import { recipeOf, scratch, serviceFixture, type ServiceFixture, type Steps } from '../service.fixture.ts'
import { Queue } from './queue.ts'

const files = { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' }

interface Accepted {
  run_id: string
  status: string
}

const start = async ({ ask }: ServiceFixture, headers: Record<string, string> = {}, body?: object) =>
  ask('POST', '/recipes/one/runs', body, headers)
const idOf = (answer: { body: unknown }): string => (answer.body as Accepted).run_id

async function ended({ server }: ServiceFixture, ...ids: string[]): Promise<string[]> {
  for (const id of ids) for await (const event of server.runner.events(id, { follow: true })) void event
  return Promise.all(ids.map(async (id) => (await server.runner.store.get(id))?.status ?? 'gone'))
}

/** Steps that end when the gate is opened, and the runs in which one is under way. */
function gated(): { steps: Steps; open: () => void; under: Set<string> } {
  const gate = Promise.withResolvers<void>()
  const under = new Set<string>()
  const a: Steps[string] = async ({ runId, signal }) => {
    under.add(runId)
    await Promise.race([gate.promise, new Promise((resolve) => signal.addEventListener('abort', resolve))])
    under.delete(runId)
    return signal.aborted ? { status: 'error', error: { code: 'STEP_CANCELLED', message: 'ended' } } : { status: 'ok', outputs: null }
  }
  return { steps: { a }, open: gate.resolve, under }
}

describe('runs that are asked for', () => {
  it('are driven no more at once than the limit, the first ones first, all of them in the end', async () => {
    const { steps, open, under } = gated()
    const service = await serviceFixture({ files, steps, config: { server: { limits: { driven: 2 } } } })
    const ids: string[] = []
    for (let n = 0; n < 20; n++) ids.push(idOf(await start(service)))
    await expect.poll(() => under.size).toBe(2)
    expect([...under]).toEqual(ids.slice(0, 2))
    expect((await service.ask('GET', `/runs/${ids[19]}`)).body).toMatchObject({ status: 'running', queued: true, abandoned: false, steps: [{ status: 'waiting' }] })
    expect((await service.ask('GET', '/runs')).body).toMatchObject({ items: [...Array<object>(18).fill({ queued: true }), { queued: false }, { queued: false }] })
    expect((await service.ask('GET', `/runs/${ids[19]}/insight`)).body).toMatchObject({ queued: true })
    open()
    expect(new Set(await ended(service, ...ids))).toEqual(new Set(['completed']))
  })

  it('wait for their turn, and are not abandoned, where the service that took them in is gone and this one has taken them over', async () => {
    const workspace = await scratch(files)
    const store = createMemoryStore()
    const config = { server: { limits: { driven: 1 } } }
    const first = await serviceFixture({ workspace, store, config, steps: gated().steps })
    for (let n = 0; n < 3; n++) await start(first)
    await first.server.close()
    const now = gated()
    const second = await serviceFixture({ workspace, store, config, steps: now.steps })
    await expect.poll(() => now.under.size).toBe(1)
    const waits = { status: 'running', queued: true, abandoned: false }
    const { items } = (await second.ask('GET', '/runs')).body as { items: { run_id: string }[] }
    expect(items).toMatchObject([waits, waits, { ...waits, queued: false }])
    expect((await second.ask('GET', `/runs/${items[0]!.run_id}`)).body).toMatchObject(waits)
    expect((await second.ask('GET', `/runs/${items[0]!.run_id}/insight`)).body).toMatchObject(waits)
    now.open()
  })

  it('are refused with 503 where too many wait, and nothing is left behind', async () => {
    const { steps, open } = gated()
    const service = await serviceFixture({ files, steps, config: { server: { limits: { driven: 1, waiting: 2 } } } })
    const answers: Awaited<ReturnType<typeof start>>[] = []
    for (let n = 0; n < 6; n++) answers.push(await start(service))
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThanOrEqual(2)
    expect(refused[0]).toMatchObject({ headers: { 'retry-after': '1' }, body: { code: 'SERVER_OVERLOADED', fix: expect.stringContaining('limits.waiting') as unknown } })
    expect(await service.server.runner.store.list()).toHaveLength(6 - refused.length)
    open()
    await ended(service, ...answers.filter(({ status }) => status === 202).map(idOf))
  })

  it('are refused beyond the limit however many come at once: no more is held than what was taken in', async () => {
    const { steps, open } = gated()
    const service = await serviceFixture({ files, steps, config: { server: { limits: { driven: 1, waiting: 20 } } } })
    const first = await start(service)
    const answers = await Promise.all(Array.from({ length: 400 }, () => start(service)))
    const taken = answers.filter(({ status }) => status === 202)
    expect(taken).toHaveLength(20)
    for (const { status, headers } of answers) if (status !== 202) expect([status, headers['retry-after']]).toEqual([503, '1'])
    expect(await service.server.runner.store.list({ limit: 500 })).toHaveLength(21)
    open()
    expect(new Set(await ended(service, ...[first, ...taken].map(idOf)))).toEqual(new Set(['completed']))
    expect(await start(service)).toMatchObject({ status: 202 })
  })

  it('give their place to others while they wait for somebody', async () => {
    const ask = 'name: ask\nsteps:\n  - name: ok\n    type: approval\n    message: Go?\n'
    const service = await serviceFixture({ files: { ...files, 'recipes/ask.yaml': ask }, config: { server: { limits: { driven: 1 } } } })
    const waiting = idOf(await service.ask('POST', '/recipes/ask/runs'))
    const other = idOf(await start(service))
    expect(await ended(service, other)).toEqual(['completed'])
    await service.ask('POST', `/runs/${waiting}/approve`, { reason: 'yes' })
    expect(await ended(service, waiting)).toEqual(['completed'])
  })

  it('are answered at their end where the client prefers to wait', async () => {
    const { steps, open } = gated()
    const service = await serviceFixture({ files, steps, config: { server: { limits: { driven: 1 } } } })
    const first = await start(service, { prefer: 'wait=0' })
    expect(first).toMatchObject({ status: 202, body: { status: 'running' } })
    const second = start(service, { prefer: 'wait=20' })
    setTimeout(open, 50)
    expect(await second).toMatchObject({ status: 200, headers: { 'preference-applied': 'wait=20' }, body: { status: 'completed', steps: [{ name: 'a' }] } })
    expect(await start(service, { prefer: 'respond-async' })).toMatchObject({ status: 202, headers: { 'preference-applied': 'respond-async' } })
    expect(await start(service, { prefer: 'respond-async, wait=20' })).toMatchObject({ status: 200, headers: { 'preference-applied': 'respond-async, wait=20' } })
  })

  it('are cancelled while they wait, without ever being driven', async () => {
    const kept = createMemoryStore()
    const store: RunStore = { ...kept }
    const logged: string[] = []
    const service = await serviceFixture({ files, store, config: { server: { limits: { driven: 1 } } }, steps: { a: () => new Promise(() => undefined) }, log: (_level, message, fields) => logged.push(`${message} ${String(fields?.['code'])}`) })
    await start(service)
    const waiting = await start(service)
    await service.ask('POST', `/runs/${idOf(waiting)}/cancel`, { reason: 'x' })
    expect((await kept.get(idOf(waiting)))?.status).toBe('cancelled')
    expect(logged).toEqual([])
  })

  it('are told as cancelled to who waits for them, and have no turn', async () => {
    const { steps, open } = gated()
    const logged: string[] = []
    const service = await serviceFixture({ files, steps, config: { server: { limits: { driven: 1 } } }, log: (_level, message, fields) => logged.push(`${message} ${String(fields?.['code'])}`) })
    const { store } = service.server.runner
    const first = await start(service)
    const answer = start(service, { prefer: 'wait=60' })
    await expect.poll(() => store.list()).toHaveLength(2)
    const [waiting] = await store.list()
    await service.ask('POST', `/runs/${waiting!.runId}/cancel`, { reason: 'x' })
    expect(await answer).toMatchObject({ status: 200, body: { run_id: waiting!.runId, status: 'cancelled' } })
    open()
    const last = await start(service)
    await ended(service, idOf(first), idOf(last))
    expect(logged).toEqual([])
  })

  it('keep waiting where somebody cannot go on with them out of turn', async () => {
    const { steps, open } = gated()
    const service = await serviceFixture({ files, steps, config: { server: { limits: { driven: 1 } } } })
    await start(service)
    const waiting = idOf(await start(service))
    const refused = await service.ask('POST', `/runs/${waiting}/resume`, { reason: 'x', skip: ['a'] })
    expect(refused).toMatchObject({ status: 409, body: { code: 'RUN_HELD' } })
    expect((await service.ask('GET', `/runs/${waiting}`)).body).toMatchObject({ status: 'running', queued: true })
    open()
    expect(await ended(service, waiting)).toEqual(['completed'])
  })
})

describe('what a service had taken in', () => {
  it('goes on with the next start: what waited, and what was under way', async () => {
    const workspace = await scratch(files)
    const store = createMemoryStore()
    const before = gated()
    const first = await serviceFixture({ workspace, store, steps: before.steps, config: { server: { limits: { driven: 2 } } } })
    const ids = (await Promise.all(Array.from({ length: 8 }, () => start(first)))).map(idOf)
    await expect.poll(() => before.under.size).toBe(2)
    await first.server.close()
    expect(await start(first).catch(() => ({ status: 503 }))).toMatchObject({ status: 503 })
    const second = await serviceFixture({ workspace, store })
    expect(new Set(await ended(second, ...ids))).toEqual(new Set(['completed']))
  })

  it('is told to who waits for it when the service stops: the run is taken in, and goes on with the next start', async () => {
    const workspace = await scratch(files)
    const store = createMemoryStore()
    const before = gated()
    const logged: string[] = []
    const module = await moduleService('slow', () => new Promise(() => undefined))
    const config = { modules: { slow: { url: module.url } } }
    const first = await serviceFixture({ workspace, store, steps: before.steps, config, log: (level, message) => logged.push(`${level} ${message}`) })
    const waiting = [start(first, { prefer: 'wait=60' }), first.ask('POST', '/plan_and_execute', { scenario_id: 's', modules: ['slow'] })]
    await expect.poll(() => before.under.size + module.calls.length).toBe(2)
    await first.server.close()
    const answers = await Promise.all(waiting)
    for (const answer of answers) expect(answer).toMatchObject({ status: 202, body: { status: 'running' }, headers: { location: expect.stringContaining('/runs/run_') as string } })
    expect(logged).toEqual([])
    const runs = await Promise.all(answers.map((answer) => store.get(idOf(answer))))
    expect(runs.map((run) => run?.status)).toEqual(['running', 'running'])
  })

  it('is told so where the service stops while it becomes durable', async () => {
    const kept = createMemoryStore()
    const asked = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const commit: RunStore['commit'] = async (batches) => {
      asked.resolve()
      await gate.promise
      return kept.commit(batches)
    }
    const service = await serviceFixture({ files, store: { ...kept, commit } })
    const answer = start(service)
    await asked.promise
    const closing = service.server.close()
    gate.resolve()
    expect(await answer).toMatchObject({ status: 202, body: { status: 'running' } })
    await closing
    expect((await kept.list()).map(({ runId, status }) => [runId, status])).toEqual([[idOf(await answer), 'running']])
  })

  it('goes on within a minute where it was paused when the service started, and is let go on elsewhere', async () => {
    const workspace = await scratch(files)
    const store = createMemoryStore()
    const first = await serviceFixture({ workspace, store, steps: gated().steps })
    const id = idOf(await start(first))
    await first.server.close()
    const elsewhere = await createRunner({ workspace, store })
    await elsewhere.pause(id, { by: 'ann', reason: 'incident' })
    const clock = new TestClock()
    const logged: string[] = []
    const second = await serviceFixture({ workspace, store, clock, log: (_level, _message, fields) => logged.push(String(fields?.['code'])) })
    await expect.poll(() => logged).toContain('RUN_PAUSED')
    expect(await elsewhere.unpause(id, { by: 'ann', reason: 'over' })).toBe('done')
    await elsewhere.close()
    await clock.advance(60_000)
    await expect.poll(async () => (await second.server.runner.store.get(id))?.status).toBe('completed')
  })

  it('is told from what others run in the same store', async () => {
    const workspace = await scratch(files)
    const store = createMemoryStore()
    const plan: Plan = { lorc: 1, name: 'other', steps: [{ name: 'a', type: 'shell', script: 'a.sh', stage: 0 }] }
    const first = await serviceFixture({ workspace, store, steps: gated().steps })
    const { runId } = await first.server.runner.start(plan)
    await first.server.close()
    const second = await serviceFixture({ workspace, store })
    const mine = idOf(await start(second))
    await ended(second, mine)
    expect((await store.get(runId))?.status).toBe('running')
  })
})

it('goes on with what stopped or could not begin as the disk was full, once there is room, and reports it', async () => {
  const clock = new TestClock()
  const inner = createMemoryStore()
  const trouble = { on: false }
  const full = async (): Promise<void> => {
    if (trouble.on) throw new RunnerError('STORE_FULL', 'The disk is full.')
  }
  const store: RunStore = {
    ...inner,
    commit: async (batches) => (await full(), inner.commit(batches)),
    releaseLease: async (...lease) => (await full(), inner.releaseLease(...lease)),
    releaseLeases: async (leases) => (await full(), inner.releaseLeases(leases)),
  }
  const { steps, under, open } = gated()
  const logged: string[] = []
  const service = await serviceFixture({ files, store, steps, clock, config: { server: { limits: { driven: 1 } } }, log: (level, message, { code } = {}) => logged.push(`${level} ${message}: ${String(code)}`) })
  const answer = start(service, { prefer: 'wait=60' })
  await expect.poll(() => under.size).toBe(1)
  const waiting = idOf(await start(service))
  trouble.on = true
  open()
  await expect.poll(() => logged).toEqual(['error a run stopped before its end, and goes on when it can: STORE_FULL', 'error a run that was taken in cannot be driven: STORE_FULL'])
  expect(await answer).toMatchObject({ status: 202, body: { status: 'running' } })
  const driven = idOf(await answer)
  await clock.advance(120_000)
  const statuses = async () => Promise.all([driven, waiting].map(async (runId) => (await store.get(runId))?.status))
  expect(await statuses()).toEqual(['running', 'running'])
  trouble.on = false
  await expect.poll(() => clock.advance(5000).then(statuses)).toEqual(['completed', 'completed'])
})

describe('Idempotency-Key', () => {
  const key = { 'idempotency-key': 'order-7' }

  it('makes one run of the same request, also after a restart, and refuses another one', async () => {
    const workspace = await scratch({ 'recipes/one.yaml': `params:\n  n: { type: integer, default: 1 }\n${recipeOf('first', 'a')}`, 'a.sh': '' })
    const store = createMemoryStore()
    const first = await serviceFixture({ workspace, store })
    const answers = await Promise.all([1, 2, 3].map(() => start(first, key, { params: { n: 2 } })))
    const [id] = answers.map(idOf)
    expect(answers.map(({ status, body }) => [status, (body as Accepted).run_id])).toEqual([[202, id], [202, id], [202, id]])
    expect(await ended(first, id!)).toEqual(['completed'])
    await first.server.close()
    const second = await serviceFixture({ workspace, store })
    expect(await start(second, key, { params: { n: 2 } })).toMatchObject({ status: 202, body: { run_id: id, status: 'completed' } })
    expect(await start(second, { ...key, prefer: 'wait=5' }, { params: { n: 2 } })).toMatchObject({ status: 200, body: { run_id: id, params: { n: 2 } } })
    expect(await start(second, key, { params: { n: 3 } })).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT', details: { run_id: id } } })
    expect(await store.list()).toHaveLength(1)
  })

  it('leaves no more than one look at the run behind, however often somebody waits for one that is driven elsewhere', async () => {
    const workspace = await scratch(files)
    const kept = createMemoryStore()
    const { steps, open } = gated()
    const first = await serviceFixture({ workspace, store: kept, steps })
    const id = idOf(await start(first, key))
    let looks = 0
    const get: RunStore['get'] = (runId) => {
      looks++
      return kept.get(runId)
    }
    const clock = new TestClock()
    const second = await serviceFixture({ workspace, store: { ...kept, get }, clock })
    const waiting = Array.from({ length: 5 }, () => start(second, { ...key, prefer: 'wait=1' }))
    await expect.poll(() => looks).toBeGreaterThanOrEqual(11)
    await clock.advance(1000)
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(202)
    looks = 0
    await clock.advance(200)
    expect(looks).toBe(1)
    const last = start(second, { ...key, prefer: 'wait=60' })
    await expect.poll(() => looks).toBeGreaterThan(1)
    open()
    await ended(first, id)
    await clock.advance(200)
    expect(await last).toMatchObject({ status: 200, body: { status: 'completed' } })
  })

  it('is refused where it is not a key', async () => {
    const service = await serviceFixture({ files })
    for (const wrong of ['a b', 'x'.repeat(256)]) {
      expect(await start(service, { 'idempotency-key': wrong })).toMatchObject({ status: 400, body: { errors: [{ path: '/headers/idempotency-key' }] } })
    }
  })

  it('asks to come again where the run is being made at this moment', async () => {
    const store: RunStore = { ...createMemoryStore(), commit: (batches) => batches.map(() => 'exists') }
    const service = await serviceFixture({ files, store })
    expect(await start(service, key)).toMatchObject({ status: 409, headers: { 'retry-after': '1' }, body: { code: 'IDEMPOTENCY_CONFLICT' } })
  })
})

it('a queue gives back what was put in, in order, however long it gets', () => {
  const queue = new Queue<number>()
  expect(queue.shift()).toBeUndefined()
  let next = 0
  for (let n = 0; n < 5000; n++) {
    queue.push(n)
    if (n % 3 !== 0) expect(queue.shift()).toBe(next++)
  }
  expect(queue.remove((n) => n === 4999)).toBe(4999)
  expect(queue.remove((n) => n === 0)).toBeUndefined()
  while (queue.length > 0) expect(queue.shift()).toBe(next++)
  expect(next).toBe(4999)
})
