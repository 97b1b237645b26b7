import { describe, expect, it, vi } from 'vitest'
import { recipeOf, serviceFixture, type ServiceFixture } from '../service.fixture.ts'

const files = { 'recipes/one.yaml': recipeOf('first', 'a', 'b'), 'a.sh': '', 'b.sh': '' }

interface Frame {
  id: number
  event: string
  data: { seq: number; type: string; step?: string }
}

/** Frames as they come over a real connection. */
async function* frames(url: string, headers: Record<string, string> = {}, signal?: AbortSignal): AsyncGenerator<Frame> {
  const answer = await fetch(url, { headers, ...(signal && { signal }) })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  expect(answer.headers.get('content-encoding')).toBe('gzip')
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true })
    const parts = text.split('\n\n')
    text = parts.pop()!
    for (const part of parts) {
      const [, id, event, data] = /^id: (\d+)\nevent: (.+)\ndata: (.+)$/.exec(part) ?? []
      if (data !== undefined) yield { id: Number(id), event: event!, data: JSON.parse(data) as Frame['data'] }
    }
  }
}

async function all(stream: AsyncIterable<Frame>): Promise<Frame[]> {
  const found: Frame[] = []
  for await (const frame of stream) found.push(frame)
  return found
}

async function start({ ask }: ServiceFixture): Promise<string> {
  return ((await ask('POST', '/recipes/one/runs')).body as { run_id: string }).run_id
}

describe('GET /runs/{run_id}/events', () => {
  it('sends what there is, then what comes, until the run has ended', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceFixture({ files, steps: { b: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) } })
    const { url } = await service.server.listen({ port: 0 })
    const id = await start(service)
    const seen: string[] = []
    for await (const { id: seq, event, data } of frames(`${url}/runs/${id}/events`)) {
      expect(data).toMatchObject({ seq, type: event })
      seen.push(event)
      if (event === 'step.started' && seen.filter((type) => type === 'step.started').length === 2) gate.resolve()
    }
    expect(seen[0]).toBe('run.created')
    expect(seen.at(-1)).toBe('run.completed')
  })

  it('goes on after Last-Event-ID, and says with 204 that there is no more', async () => {
    const service = await serviceFixture({ files })
    const { url } = await service.server.listen({ port: 0 })
    const id = await start(service)
    const events = await all(frames(`${url}/runs/${id}/events`))
    const rest = await all(frames(`${url}/runs/${id}/events`, { 'last-event-id': '2' }))
    expect(rest).toEqual(events.slice(3))
    expect(await all(frames(`${url}/runs/${id}/events?from=4&follow=false`))).toEqual(events.slice(4))
    const end = await service.ask('GET', `/runs/${id}/events`, undefined, { 'last-event-id': String(events.length - 1) })
    expect(end.status).toBe(204)
  })

  it('refuses a place that the journal of a run is far from, which no event of it would ever reach', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceFixture({ files, steps: { a: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) } })
    const id = await start(service)
    const place = (headers: Record<string, string>, query = '') => service.ask('GET', `/runs/${id}/events${query}`, undefined, headers)
    expect(await place({ 'last-event-id': '999' })).toMatchObject({ status: 400, body: { errors: [{ path: '/headers/last-event-id', message: 'The journal has no event 999 yet.' }] } })
    expect(await place({}, '?from=999')).toMatchObject({ status: 400, body: { errors: [{ path: '/query/from' }] } })
    gate.resolve()
    const { url } = await service.server.listen({ port: 0 })
    expect((await all(frames(`${url}/runs/${id}/events`, { 'last-event-id': '' })))[0]?.id).toBe(0)
  })

  it('sends nothing of a run that was removed, though somebody has just read it', async () => {
    const service = await serviceFixture({ files })
    const { url } = await service.server.listen({ port: 0 })
    const id = await start(service)
    await all(frames(`${url}/runs/${id}/events`))
    await expect.poll(() => service.server.runner.store.remove([id])).toEqual([id])
    expect(await service.ask('GET', `/runs/${id}/events`)).toMatchObject({ status: 404, body: { code: 'RUN_UNKNOWN' } })
  })

  it('sends the same to a hundred readers, reading each event once', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceFixture({ files, steps: { b: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) } })
    const { url } = await service.server.listen({ port: 0 })
    const id = await start(service)
    const { store } = service.server.runner
    const read = store.read.bind(store)
    let found = 0
    store.read = async function* (runId, from) {
      for await (const lines of read(runId, from)) {
        found += lines.length
        yield lines
      }
    }
    let waiting = 100
    const follow = async (): Promise<Frame[]> => {
      const seen: Frame[] = []
      for await (const frame of frames(`${url}/runs/${id}/events`)) {
        seen.push(frame)
        if (frame.event === 'step.started' && frame.data.step === 'b' && --waiting === 0) gate.resolve()
      }
      return seen
    }
    const got = await Promise.all(Array.from({ length: 100 }, follow))
    for (const events of got) expect(events).toEqual(got[0])
    expect(got[0]?.at(-1)?.event).toBe('run.completed')
    // For all of the readers, and for the run's folder.
    expect(found).toBeLessThanOrEqual(2 * got[0]!.length)
  })

  it('refuses a run that is not there, and more readers than the limit', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceFixture({ files, config: { server: { limits: { readers: 1 } } }, steps: { a: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) } })
    const { url } = await service.server.listen({ port: 0 })
    expect(await service.ask('GET', '/runs/run_x/events')).toMatchObject({ status: 404, body: { code: 'RUN_UNKNOWN' } })
    expect(await service.ask('GET', '/runs/run_x/events', undefined, { 'last-event-id': 'x' })).toMatchObject({ status: 400 })
    const id = await start(service)
    const gone = new AbortController()
    const first = frames(`${url}/runs/${id}/events`, {}, gone.signal)
    await first.next()
    expect(await service.ask('GET', `/runs/${id}/events`)).toMatchObject({ status: 503, body: { code: 'SERVER_OVERLOADED' } })
    gone.abort()
    await expect(all(first)).rejects.toThrow()
    await expect.poll(async () => (await fetch(`${url}/runs/${id}/events`).then((answer) => (answer.body?.cancel(), answer.status)))).toBe(200)
    gate.resolve()
  })

  it('ends with the service', async () => {
    const service = await serviceFixture({ files, steps: { a: () => new Promise(() => undefined) } })
    const { url } = await service.server.listen({ port: 0 })
    const id = await start(service)
    const reader = frames(`${url}/runs/${id}/events`)
    await reader.next()
    const rest = all(reader).catch(() => 'cut')
    await service.server.close()
    await rest
  })
})

describe('GET /runs/{run_id}/logs', () => {
  const printing = { a: ({ logPath }: { logPath: string }) => print(logPath, 'One\ntwo\n'), b: ({ logPath }: { logPath: string }) => print(logPath, 'three') }

  async function print(path: string, text: string) {
    const { writeFile } = await import('node:fs/promises')
    await writeFile(path, text)
    return { status: 'ok', outputs: null } as const
  }

  async function lines(service: ServiceFixture, path: string): Promise<{ step: string; text: string }[]> {
    const { text, status } = await service.ask('GET', path)
    expect(status).toBe(200)
    return text.trim() === '' ? [] : text.trim().split('\n').map((line) => JSON.parse(line) as { step: string; text: string })
  }

  it('sends what was printed, all of it or a part', async () => {
    const service = await serviceFixture({ files, steps: printing })
    const id = await start(service)
    const everything = await lines(service, `/runs/${id}/logs?follow=true`)
    expect(everything.map(({ step, text }) => [step, text])).toEqual([['a', 'One'], ['a', 'two'], ['b', 'three']])
    expect(everything[0]).toMatchObject({ attempt: 1, attempt_started_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown })
    expect(await lines(service, `/runs/${id}/logs`)).toEqual(everything)
    expect(await lines(service, `/runs/${id}/logs?step=b`)).toHaveLength(1)
    expect(await lines(service, `/runs/${id}/logs?attempt=2`)).toEqual([])
    expect((await lines(service, `/runs/${id}/logs?text=ONE`)).map(({ text }) => text)).toEqual(['One'])
  })

  it('sends lines that are in the journal alone', async () => {
    const service = await serviceFixture({ files, steps: { a: async () => ({ status: 'ok', outputs: null, log: ['One', 'two'] }) } })
    const id = await start(service)
    for (const query of ['', '?follow=true']) expect((await lines(service, `/runs/${id}/logs${query}`)).map(({ step, text }) => [step, text])).toEqual([['a', 'One'], ['a', 'two']])
    expect((await lines(service, `/runs/${id}/logs?text=TWO`)).map(({ text }) => text)).toEqual(['two'])
  })

  it('sends lines as they are printed', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceFixture({ files, steps: { a: async ({ logPath }) => (await print(logPath, 'first\n'), await gate.promise, print(logPath, 'first\nlast\n')) } })
    const { url } = await service.server.listen({ port: 0 })
    const id = await start(service)
    const answer = await fetch(`${url}/runs/${id}/logs?follow=true&step=a`)
    let text = ''
    for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(bytes).toString()
      gate.resolve()
    }
    expect(text.trim().split('\n').map((line) => (JSON.parse(line) as { text: string }).text)).toEqual(['first', 'last'])
  })

  it('says that there is no such run or step', async () => {
    const service = await serviceFixture({ files })
    const id = await start(service)
    expect(await service.ask('GET', '/runs/run_x/logs')).toMatchObject({ status: 404, body: { code: 'RUN_UNKNOWN' } })
    expect(await service.ask('GET', `/runs/${id}/logs?step=z`)).toMatchObject({ status: 422, body: { code: 'RUN_STEP_UNKNOWN' } })
  })
})

describe('GET /runs/changes', () => {
  it('tells at once, then of each run that begins or ends, and of who waits', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceFixture({ files, steps: { b: () => gate.promise.then(() => ({ status: 'ok', outputs: null })) } })
    const { url } = await service.server.listen({ port: 0 })
    const answer = await fetch(`${url}/runs/changes`)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    const next = async (): Promise<string> => (await reader.read()).value ?? ''
    expect(await next()).toBe('id: 0\nevent: changed\ndata: {}\n\n')
    const id = await start(service)
    expect(await next()).toBe('id: 1\nevent: changed\ndata: {}\n\n')
    await service.ask('POST', `/runs/${id}/pause`, { reason: 'x' })
    expect(await next()).toContain('id: 2\n')
    gate.resolve()
    await reader.cancel()
    expect((await service.ask('GET', '/runs/changes?follow=false')).text).toBe('id: 0\nevent: changed\ndata: {}\n\n')
  })
  it('tells of runs that begin and end here, also where they are too old to be looked at', async () => {
    const service = await serviceFixture({ files })
    vi.spyOn(service.server.runner.store, 'list').mockResolvedValue([])
    const { url } = await service.server.listen({ port: 0 })
    const reader = (await fetch(`${url}/runs/changes`)).body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toContain('id: 0\n')
    await start(service)
    expect((await reader.read()).value).toContain('id: 1\n')
    await reader.cancel()
  })
})
