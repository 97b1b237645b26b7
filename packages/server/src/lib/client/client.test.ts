import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'
import { recipeOf, serviceFixture, type Steps } from '../service.fixture.ts'
import { createClient, type RouteRequest } from './client.ts'
import { ServiceProblem } from './service-problem.ts'

const files = { 'recipes/etl/one.yaml': `params:\n  n: { type: integer, default: 1 }\n${recipeOf('first', 'a')}`, 'a.sh': '' }

async function setup(steps: Steps = {}) {
  const service = await serviceFixture({ files, steps })
  const { url } = await service.server.listen({ port: 0 })
  return { ...service, url, client: createClient({ baseUrl: `${url}/` }) }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('the client', () => {
  it('asks each route with what it takes, and knows what it answers', async () => {
    const { client } = await setup()
    const started = await client.call('POST /recipes/{name}/runs', { params: { name: 'etl/one' }, body: { params: { n: 2 } }, headers: { prefer: 'wait=10' } })
    expect(started.headers.get('location')).toBe(`/runs/${started.body.run_id}`)
    if (started.status === 200) expect(started.body.params).toEqual({ n: 2 })
    else expectTypeOf(started.body).toEqualTypeOf<{ run_id: string; status: 'running' | 'completed' | 'failed' | 'cancelled' }>()
    expect(started.status).toBe(200)
    const { body } = await client.call('GET /runs', { query: { status: 'completed', limit: 1, recipe: 'etl/one', children: true } })
    expectTypeOf(body.items[0]!.run_id).toEqualTypeOf<string>()
    expect(body.items.map((run) => run.run_id)).toEqual([started.body.run_id])
    expect((await client.call('GET /health')).body.status).toBe('ok')
    expect(await (await client.open('GET /metrics')).text()).toContain('lorc_runs_driven')
  })

  it('is refused by the compiler what no route takes', () => {
    type Start = RouteRequest<'POST /recipes/{name}/runs'>
    expectTypeOf<{ params: { name: string } }>().toExtend<Start>()
    expectTypeOf<{ params: { nam: string } }>().not.toExtend<Start>()
    expectTypeOf<{ body: { reason: string } }>().not.toExtend<RouteRequest<'POST /runs/{run_id}/cancel'>>()
    expectTypeOf<{ query: { limit: number; children: boolean } }>().toExtend<RouteRequest<'GET /runs'>>()
    expectTypeOf<{ query: { limit: boolean } }>().not.toExtend<RouteRequest<'GET /runs'>>()
    expectTypeOf<{ params: { run_id: string } }>().not.toExtend<RouteRequest<'POST /runs/{run_id}/cancel'>>()
  })

  it('tells what the service refused', async () => {
    const { client } = await setup()
    const refused = await client.call('POST /recipes/{name}/runs', { params: { name: 'etl/one' }, body: { params: { n: 'x' } } }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ServiceProblem)
    expect(refused).toMatchObject({ code: 'PARAMS_INVALID', status: 422, errors: [{ path: '/body/params/n' }] })
    await expect(client.call('GET /runs/{run_id}', { params: { run_id: 'a/b?c' } })).rejects.toMatchObject({ code: 'RUN_UNKNOWN', runId: 'a/b?c', message: expect.stringContaining('a/b?c') as unknown })
  })

  it('tells by its name what is not a request, and does not ask', async () => {
    const send = vi.fn<typeof fetch>()
    for (const options of [undefined, {}, { baseUrl: 3 }, { baseUrl: 'localhost:8000' }, { baseUrl: '' }, { baseUrl: 'http://x?a=1' }, { baseUrl: 'http://u:p@x' }]) {
      expect(() => createClient(options as { baseUrl: string })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID', errors: [expect.objectContaining({ path: '/baseUrl' })] }))
    }
    const call = createClient({ baseUrl: 'http://x', fetch: send }).call as (...all: unknown[]) => Promise<unknown>
    for (const [path, ...given] of [
      ['/params/run_id', 'GET /runs/{run_id}'],
      ['/params/run_id', 'GET /runs/{run_id}', { params: { run_id: '..' } }],
      ['/qery', 'GET /runs', { qery: { limit: 1 } }],
      ['/', '/runs'],
      ['/', undefined],
    ]) {
      await expect(call(...given)).rejects.toMatchObject({ name: 'ServiceProblem', code: 'REQUEST_INVALID', status: 400, errors: [{ path }] })
    }
    expect(send).not.toHaveBeenCalled()
  })

  it('asks below the path of its base, however many slashes end that', async () => {
    const asked: unknown[] = []
    const send: typeof fetch = (url) => (asked.push(url), Promise.resolve(Response.json({})))
    for (const baseUrl of ['http://x/lorc', 'http://x/lorc/', 'http://x/lorc//', '/', '/lorc/']) await createClient({ baseUrl, fetch: send }).call('GET /runs')
    await createClient({ baseUrl: new URL('http://x') as unknown as string, fetch: send }).call('GET /runs')
    expect(asked).toEqual([...Array<string>(3).fill('http://x/lorc/runs'), '/runs', '/lorc/runs', 'http://x/runs'])
  })

  it('sends its key, and tells what is not an answer of the service', async () => {
    const seen: (string | null)[] = []
    const proxy = (answer: Response): typeof fetch => (_url, init) => {
      seen.push(new Headers(init?.headers).get('authorization'))
      return Promise.resolve(answer)
    }
    const client = (answer: Response) => createClient({ baseUrl: 'http://x', key: 'k', fetch: proxy(answer) })
    await expect(client(new Response('<html>bad gateway', { status: 502, headers: { 'retry-after': '7' } })).call('GET /health')).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER', status: 502, retryAfterSec: 7 })
    await expect(client(new Response('<html>log in', { status: 200 })).call('GET /runs')).rejects.toMatchObject({ name: 'ServiceProblem', code: 'UNEXPECTED_ANSWER', status: 200, message: 'The service answered with 200: <html>log in' })
    await expect(client(new Response('null', { status: 500 })).call('GET /health')).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' })
    expect(seen).toEqual(['Bearer k', 'Bearer k', 'Bearer k'])
  })

  it('reads a file of a run', async () => {
    const { client } = await setup({
      a: async ({ workspace }) => {
        const { writeFile } = await import('node:fs/promises')
        await writeFile(`${workspace}/out one.txt`, 'text')
        return { status: 'ok', outputs: ['out one.txt'] }
      },
    })
    const { body } = await client.call('POST /recipes/{name}/runs', { params: { name: 'etl/one' }, headers: { prefer: 'wait=10' } })
    const file = await client.open('GET /runs/{run_id}/artifacts/*', { params: { run_id: body.run_id, '*': 'out one.txt' } })
    expect(await file.text()).toBe('text')
  })
})

describe('events', () => {
  it('come each once, though the connection breaks', async () => {
    const { client, url, server } = await setup()
    const { body } = await client.call('POST /recipes/{name}/runs', { params: { name: 'etl/one' } })
    const whole: number[] = []
    for await (const { seq } of client.events(body.run_id)) whole.push(seq)
    expect(whole).toEqual([...whole.keys()])
    let connections = 0
    const breaking: typeof fetch = async (target, init) => {
      connections++
      if (connections === 2) throw new TypeError('fetch failed')
      const answer = await fetch(target, init)
      if (connections > 3 || answer.status === 204) return answer
      const text = await answer.text()
      const end = text.indexOf('\n\n', text.indexOf('\n\n') + 2) + 2
      return new Response(text.slice(0, end + 5), answer)
    }
    const broken: number[] = []
    for await (const { seq } of createClient({ baseUrl: url, fetch: breaking }).events(body.run_id)) broken.push(seq)
    expect(broken).toEqual(whole)
    expect(connections).toBeGreaterThan(3)
    const later: number[] = []
    for await (const { seq } of client.events(body.run_id, { from: 3 })) later.push(seq)
    expect(later).toEqual(whole.slice(3))
    await server.close()
  })

  it('hold whatever signs a step writes: some end a line to other readers', async () => {
    const { client } = await setup({ 
      a: ({ context }) => {
        context.set('a.text_v1', 'one\u2028two\u2029three\r\nfour')
        return { status: 'ok', outputs: null }
      },
    })
    const { body } = await client.call('POST /recipes/{name}/runs', { params: { name: 'etl/one' } })
    const events = await all(client.events(body.run_id))
    expect(JSON.stringify(events)).toContain('one\u2028two\u2029three')
  })

  it('go on after the service was away for as long as it takes to start again, and an abort ends the wait', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    let failures = 5
    const away: typeof fetch = () => (failures-- > 0 ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve(new Response(null, { status: 204 })))
    const { events } = createClient({ baseUrl: 'http://x', fetch: away })
    const ended = all(events('run_x'))
    await vi.advanceTimersByTimeAsync(15_500)
    expect(await ended).toEqual([])
    failures = Infinity
    const lost = expect(all(events('run_x'))).rejects.toThrow('fetch failed')
    await vi.advanceTimersByTimeAsync(15_500)
    await lost
    const aborted = new AbortController()
    const left = expect(all(events('run_x', { signal: aborted.signal }))).rejects.toThrow('enough')
    await vi.advanceTimersByTimeAsync(1)
    aborted.abort(new Error('enough'))
    await left
    expect(vi.getTimerCount()).toBe(0)
  })

  it('end with what the service refuses, with a lost service and with an abort', async () => {
    const { client } = await setup()
    await expect(all(client.events('run_x'))).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
    const aborted = new AbortController()
    aborted.abort()
    await expect(all(client.events('run_x', { signal: aborted.signal }))).rejects.toThrow()
  })
})
