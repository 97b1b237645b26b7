import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PlanStep } from '../plan.ts'
import { RUNNER_VERSION } from '../version.ts'
import { createHttpExecutor } from './http.ts'
import type { HttpResponse } from './http/http-answer.ts'
import { unreachable } from './http/http-exchange.ts'
import { Workbench, type TestAttempt } from './node-attempt.fixture.ts'

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}

/** A real server on a port of its own; what it was asked is in `seen`. */
class TestServer {
  readonly seen: Seen[] = []
  listener: RequestListener = (_, response) => response.end()
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      this.seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      this.listener(request, response)
    })
  })

  open(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

describe('http steps', () => {
  const server = new TestServer()
  const other = new TestServer()
  let bench: Workbench
  const asked: [string, HttpResponse, string][] = []
  const executor = createHttpExecutor({
    evaluate(cel, response, _attempt, where) {
      asked.push([cel, response, where])
      return cel === 'response.body' ? response.body : response.status
    },
  })

  beforeAll(async () => {
    await server.open()
    await other.open()
  })
  afterAll(() => {
    server.close()
    other.close()
  })
  beforeEach(() => {
    bench = new Workbench()
    for (const one of [server, other]) {
      one.seen.length = 0
      one.listener = (_, response) => response.end()
    }
    asked.length = 0
  })
  afterEach(() => bench.remove())

  type Http = Partial<NonNullable<PlanStep['http']>>

  function attempt(http: Http = {}, rest: Partial<TestAttempt> = {}): TestAttempt {
    return bench.attempt({ type: 'http', http: { method: 'GET', url: `${server.origin}/`, ...http } }, rest)
  }

  async function failure(http: Http = {}) {
    const outcome = await executor.execute(attempt(http))
    if (outcome.status === 'ok') throw new Error('It did not fail.')
    return outcome.error
  }

  const answering = (status: number, headers: Record<string, string> = {}, body: string | Buffer = ''): RequestListener =>
    (_, response) => void response.writeHead(status, headers).end(body)

  it('sends one request with the key of the attempt, and logs it in a line', async () => {
    server.listener = answering(204)
    const made = attempt({ url: `${server.origin}/a?page=2&api_key=abc` })
    expect(await executor.execute(made)).toEqual({ status: 'ok', outputs: null, writes: {}, meta: { status: 204 } })
    expect(server.seen).toMatchObject([{ method: 'GET', url: '/a?page=2&api_key=abc', body: '' }])
    const { headers } = server.seen[0]!
    expect(headers).toMatchObject({ 'idempotency-key': made.idempotencyKey, 'user-agent': `lorc/${RUNNER_VERSION}` })
    expect(made.log().replace(/\d+ ms/, 'N ms')).toBe(`GET ${server.origin}/a?page=2&api_key=hidden 204, 0 bytes, N ms\n`)
    await executor.close()
  })

  it.each([
    ['a text as it is', 'a=1', 'a=1', 'text/plain;charset=UTF-8'],
    ['anything else as JSON', { a: [1, null] }, '{"a":[1,null]}', 'application/json'],
    ['null as JSON', null, 'null', 'application/json'],
  ])('sends %s', async (_, body, text, type) => {
    await executor.execute(attempt({ method: 'POST', body }))
    expect(server.seen).toMatchObject([{ method: 'POST', body: text, headers: { 'content-type': type } }])
  })

  it("lets the step's own headers come first", async () => {
    const headers = { 'Content-Type': 'application/x-own', 'Idempotency-Key': 'mine', 'User-Agent': 'me', 'X-Own': '1' }
    await executor.execute(attempt({ method: 'PUT', body: {}, headers }))
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    expect(server.seen[0]!.headers).toMatchObject(lower)
  })

  it('turns credentials of the URL into an authorization, and shows them nowhere', async () => {
    server.listener = answering(500)
    const url = server.origin.replace('//', '//me:p%40ss@')
    const made = attempt({ url })
    const outcome = await executor.execute(made)
    expect(server.seen[0]!.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
    expect(JSON.stringify(outcome) + made.log()).not.toMatch(/p%40ss|p@ss/)
  })

  it('takes JSON apart for `set`, and anything else as text', async () => {
    server.listener = answering(201, { 'content-type': 'application/problem+json; charset=utf-8', 'x-a': '1' }, '{"n":1}')
    const set = { 'a.body_v1': 'response.body', 'a.status_v1': 'response.status' }
    const outcome = await executor.execute(attempt({ set }))
    expect(outcome).toMatchObject({ writes: { 'a.body_v1': { value: { n: 1 } }, 'a.status_v1': { value: 201 } } })
    expect(asked[0]).toMatchObject(['response.body', { status: 201, headers: { 'x-a': '1' } }, '`set.a.body_v1` of the step `load`'])
    server.listener = answering(200, { 'content-type': 'text/plain; charset=latin1' }, Buffer.from([0xe9]))
    expect(await executor.execute(attempt({ set }))).toMatchObject({ writes: { 'a.body_v1': { value: 'é' } } })
    server.listener = answering(200, { 'content-type': 'text/plain; charset=unheard-of' }, 'é')
    expect(await executor.execute(attempt({ set }))).toMatchObject({ writes: { 'a.body_v1': { value: 'é' } } })
    server.listener = answering(200, { 'content-type': 'application/json' })
    expect(await executor.execute(attempt({ set }))).toMatchObject({ writes: { 'a.body_v1': { value: null } } })
  })

  it('says of JSON that is none what it is, but only where `set` needs it', async () => {
    server.listener = answering(200, { 'content-type': 'application/json' }, '<html>')
    expect(await executor.execute(attempt())).toMatchObject({ status: 'ok' })
    const error = await failure({ set: { 'a.b_v1': 'response.body' } })
    expect(error).toMatchObject({ code: 'HTTP_BODY_INVALID', details: { status: 200, body: '<html>' } })
  })

  it('fails with another status, the beginning of the body in the error and all of it in the log', async () => {
    const body = 'x'.repeat(3000)
    server.listener = answering(404, {}, body)
    const made = attempt()
    const outcome = await executor.execute(made)
    const message = `GET ${server.origin}/ answered 404 Not Found; expected is 2xx.`
    const error = { code: 'HTTP_STATUS', message, details: { status: 404, body: 'x'.repeat(2000) } }
    expect(outcome).toEqual({ status: 'error', error })
    expect(made.log()).toContain(`404, 3000 bytes`)
    expect(made.log()).toContain(`${body}\n`)
  })

  it.each([
    [404, [404], 'ok'],
    [404, ['4xx'], 'ok'],
    [200, ['4xx', 201], 'HTTP_STATUS'],
    [302, [302], 'ok'],
    [304, ['2xx'], 'HTTP_STATUS'],
  ])('takes %d for a success where %j is expected: %s', async (status, expected, result) => {
    server.listener = answering(status, { location: '/elsewhere' })
    const outcome = await executor.execute(attempt({ expect: expected }))
    expect(outcome.status === 'ok' ? 'ok' : outcome.error.code).toBe(result)
    expect(server.seen).toHaveLength(1)
  })

  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 00:00:09 GMT', date: 'Sat, 21 Nov 2026 00:00:00 GMT' }, 9000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 00:00:00 GMT', date: 'Sat, 21 Nov 2026 00:00:09 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
  ])('reads when to come again from %j', async (headers, ms) => {
    server.listener = answering(503, headers)
    expect((await failure()).details?.['retryAfterMs']).toBe(ms)
  })

  describe('redirects', () => {
    it.each([
      [301, 'POST', 'GET', ''],
      [302, 'POST', 'GET', ''],
      [303, 'PUT', 'GET', ''],
      [302, 'PUT', 'PUT', '{}'],
      [307, 'POST', 'POST', '{}'],
      [308, 'POST', 'POST', '{}'],
    ])('follows %d after %s with %s', async (status, method, then, body) => {
      server.listener = (request, response) =>
        void (request.url === '/' ? response.writeHead(status, { location: '/next?token=t' }).end('moved') : response.end('done'))
      const made = attempt({ method, body: {}, headers: { authorization: 'x' } })
      expect(await executor.execute(made)).toMatchObject({ status: 'ok' })
      expect(server.seen[1]).toMatchObject({ method: then, url: '/next?token=t', body, headers: { authorization: 'x' } })
      expect(server.seen[1]!.headers['content-type']).toBe(body === '' ? undefined : 'application/json')
      expect(made.log()).toMatch(/ \d+, redirected, \d+ ms\n(GET|PUT|POST) .*\/next\?token=hidden 200, 4 bytes/)
    })

    it('takes nothing to another origin that lets anybody in', async () => {
      server.listener = answering(307, { location: `${other.origin}/x` })
      const headers = { authorization: 'a', cookie: 'b', 'x-api-key': 'c', accept: 'text/csv' }
      await executor.execute(attempt({ headers }))
      expect(server.seen[0]!.headers).toMatchObject(headers)
      const sent = other.seen[0]!.headers
      expect([sent.authorization, sent.cookie, sent['x-api-key']]).toEqual([undefined, undefined, undefined])
      expect(sent).toMatchObject({ accept: 'text/csv', 'idempotency-key': expect.stringMatching(/^run_1\/load/) as string })
    })

    it('follows five and no more', async () => {
      server.listener = (request, response) =>
        void response.writeHead(302, { location: `/${Number(request.url?.slice(1)) + 1}` }).end()
      expect(await failure()).toMatchObject({ code: 'HTTP_REDIRECT_REFUSED', message: expect.stringContaining('more than 5 times') })
      expect(server.seen.map(({ url }) => url)).toEqual(['/', '/1', '/2', '/3', '/4', '/5'])
    })

    it('follows none to what is not a web address', async () => {
      server.listener = answering(302, { location: 'file:///etc/passwd' })
      expect(await failure()).toMatchObject({ code: 'HTTP_REDIRECT_REFUSED' })
    })

    it('takes one without a location as the answer', async () => {
      server.listener = answering(302)
      expect(await failure()).toMatchObject({ code: 'HTTP_STATUS', details: { status: 302 } })
    })
  })

  it('refuses a body of more than 10 MiB', async () => {
    server.listener = answering(200, {}, Buffer.alloc(10 * 1024 * 1024 + 1))
    expect(await failure()).toMatchObject({ code: 'HTTP_BODY_TOO_LARGE' })
    server.listener = answering(200, {}, Buffer.alloc(10 * 1024 * 1024))
    expect(await executor.execute(attempt())).toMatchObject({ status: 'ok' })
  })

  it('says why nobody answered, with the code of the system', async () => {
    const gone = new TestServer()
    await gone.open()
    const url = `${gone.origin}/`
    gone.close()
    const made = attempt({ url })
    const outcome = await executor.execute(made)
    const message = expect.stringContaining(`${url} got no answer: connect ECONNREFUSED`) as string
    expect(outcome).toMatchObject({ error: { code: 'HTTP_UNREACHABLE', message, details: { code: 'ECONNREFUSED' } } })
    expect(made.log()).toContain('got no answer')
  })

  it.each(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])('says what to do about a server that is silent for longer than fetch waits: %s', (code) => {
    const { message, fix } = unreachable({ method: 'GET', url: new URL('http://host/slow'), headers: new Headers(), body: undefined }, 'got no answer', Object.assign(new Error('Timeout Error'), { code }))
    expect([message, fix]).toEqual(['GET http://host/slow got no answer: nothing came for 5 minutes.', expect.stringContaining('ask until it is ready')])
  })

  it('says where a connection broke off', async () => {
    server.listener = (_, response) => void response.writeHead(200, { 'content-length': '9' }).write('a', () => response.destroy())
    expect(await failure()).toMatchObject({ code: 'HTTP_UNREACHABLE', message: expect.stringContaining('broke off') as string })
  })

  it.each<[string, Http]>([
    ['not an http or https URL, but one of the scheme ftp:', { url: 'ftp://host/x' }],
    ['"/x" is not an http or https URL.', { url: '/x' }],
    ['a GET request has no body', { body: {} }],
    ['the header "X-A"', { headers: { 'X-A': 'a\nb' } }],
    ['TRACE', { method: 'TRACE' }],
    ['port 6000', { url: 'http://127.0.0.1:6000/' }],
  ])('refuses a request with %s', async (words, http) => {
    expect(await failure(http)).toMatchObject({ code: 'HTTP_REQUEST_INVALID', message: expect.stringContaining(words) as string })
    expect(server.seen).toEqual([])
  })

  it('refuses a step without a request', async () => {
    const outcome = await executor.execute(bench.attempt({ type: 'http' }))
    expect(outcome).toMatchObject({ error: { code: 'HTTP_REQUEST_INVALID', message: expect.stringContaining('"load"') as string } })
  })

  it.each(['before it answers', 'in the middle of its answer'])('is ended %s', async (moment) => {
    const reached = Promise.withResolvers<void>()
    server.listener = (_, response) => {
      if (moment === 'before it answers') reached.resolve()
      else response.writeHead(200).write('a', () => reached.resolve())
    }
    const made = attempt()
    const done = executor.execute(made)
    await reached.promise
    made.cancel()
    expect(await done).toMatchObject({ status: 'error', error: { code: 'STEP_CANCELLED' } })
    expect(existsSync(made.logPath)).toBe(false)
  })

  it('sends nothing when it was ended before it began', async () => {
    const made = attempt()
    made.cancel()
    expect(await executor.execute(made)).toMatchObject({ error: { code: 'STEP_CANCELLED' } })
    expect(server.seen).toEqual([])
  })
})
