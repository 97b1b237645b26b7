import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { moduleService, scenarioFixture, type Answers } from './module-service.fixture.ts'

const status = (code: number, headers: Record<string, string> = {}, body = ''): Answers => (_, response) => void response.writeHead(code, headers).end(body)
const raw = (body: string): Answers => (_, response) => void response.end(body)

describe('a module that does not answer well fails its step', () => {
  it.each<[string, Answers, string, string, object]>([
    ['a wrong envelope', () => ['ok'], 'MODULE_ENVELOPE', 'does not fit the contract', { answer: ['ok'] }],
    ['an answer of another module', () => ({ module: 'n', outputs: {} }), 'MODULE_ENVELOPE', 'of the module `n`', { answer: { module: 'n' } }],
    ['no JSON', raw('<html>'), 'MODULE_ENVELOPE', 'is not JSON', { status: 200, answer: '<html>' }],
    ['nothing', (_, response) => void response.writeHead(204).end(), 'MODULE_ENVELOPE', 'is empty', { status: 204 }],
    ['JSON in another character set', (_, response) => void response.end(Buffer.from('{"status":"ok","module":"m","outputs":{"name":"caf\xe9"}}', 'latin1')), 'MODULE_ENVELOPE', 'is not JSON in UTF-8', { status: 200 }],
    ['a compressed answer', (_, response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync('{"status":"ok","module":"m","outputs":{}}')), 'MODULE_ENVELOPE', 'is compressed (gzip)', { status: 200 }],
    ['JSON that is nested without end', raw(`${'['.repeat(1e5)}${']'.repeat(1e5)}`), 'MODULE_ENVELOPE', 'does not fit', { answer: '['.repeat(4000) }],
    ['a failure', () => ({ status: 'error', error: 'No figures.' }), 'MODULE_FAILED', 'failed: No figures.', { answer: { error: 'No figures.' } }],
    ['a failure with an object', () => ({ status: 'error', error: { detail: 'no' } }), 'MODULE_FAILED', 'failed: no.', {}],
    ['a status of its own failure', status(503, {}, 'busy'), 'MODULE_UNAVAILABLE', 'answered 503.', { status: 503, answer: 'busy' }],
    ['too many requests', status(429, { 'retry-after': '2' }), 'MODULE_UNAVAILABLE', 'answered 429', { status: 429, retryAfterMs: 2000 }],
    ['a refusal', status(422, {}, '{"detail":"no country"}'), 'MODULE_REFUSED', 'answered 422: no country.', { status: 422, answer: { detail: 'no country' } }],
    ['a redirect', status(307, { location: 'http://192.0.2.1/execute' }), 'MODULE_REDIRECTED', 'a redirect to "http://192.0.2.1/execute"', { status: 307 }],
    ['a cut connection', (_, response) => void response.destroy(), 'MODULE_UNREACHABLE', 'it cut the connection', {}],
    ['an answer that breaks off', (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('{"a":', () => response.destroy()), 'MODULE_UNREACHABLE', 'could not be asked', {}],
    ['an answer beyond the limit', raw(`"${'x'.repeat(2000)}"`), 'MODULE_TOO_LARGE', 'more than 1000 bytes', {}],
    ['a prototype', raw('{"status":"ok","module":"m","outputs":{"__proto__":{"a":1}}}'), 'STEP_CONTEXT_REFUSED', '__proto__', {}],
  ])('%s', async (_, execute, code, message, details) => {
    const module = await moduleService('m', execute)
    const maxBytes = code === 'MODULE_TOO_LARGE' ? 1000 : 1e6
    const { fails, ask, workspace } = await scenarioFixture({ m: { url: module.url, maxBytes } })
    const problem = await fails(['m'])
    expect(problem).toMatchObject({ code: 'SCENARIO_FAILED', run_id: expect.stringMatching(/^run_/) as string, details: { code, step: 'm', ...details } })
    expect(problem.detail).toContain(message)
    const run = (await ask('GET', `/runs/${problem.run_id}`)).body
    expect(run).toMatchObject({ status: 'failed', failed_step: 'm', error: { code }, steps: [{ status: 'failed', error: { code, details } }], results: {} })
    const record = JSON.parse(await readFile(join(workspace, 'runs', problem.run_id, 'run.json'), 'utf8')) as object
    expect(record).toMatchObject({ status: 'failed', error: { code } })
    expect((await ask('GET', `/runs/${problem.run_id}/logs`)).text).toMatch(/^\{.*\}\n/)
    expect(module.calls).toHaveLength(1)
  })

  it('and what it was asked, and why that failed, is in the log of the attempt, before what an attempt prints that goes well', async () => {
    const answers = [503, 200]
    const module = await moduleService('m', (_, response) => (response.statusCode = answers.shift()!) === 200 ? { outputs: {} } : (response.end(), undefined))
    const { post, ask, workspace } = await scenarioFixture({ m: { url: module.url, retries: 1 } })
    const { run_id: id } = (await post(['m'])).body as { run_id: string }
    const said = [
      [1, `POST ${module.url}/execute 503`],
      [1, 'The module `m` answered 503.'],
      [2, `POST ${module.url}/execute 200`],
    ]
    for (const text of [(await ask('GET', `/runs/${id}/logs`)).text, await readFile(join(workspace, 'runs', id, 'logs.jsonl'), 'utf8')]) {
      const lines = text.trim().split('\n').map((line) => JSON.parse(line) as { attempt: number; text: string })
      expect(lines.map(({ attempt, text }) => [attempt, text.replace(/, \d+ bytes.*/, '')])).toEqual(said)
    }
  })

  it('takes too long', async () => {
    const module = await moduleService('m', () => undefined)
    const { fails } = await scenarioFixture({ m: { url: module.url, timeout: '20ms' } })
    expect(await fails(['m'], { run_options: { health_check: false } })).toMatchObject({ details: { code: 'MODULE_TIMEOUT' }, detail: `The module \`m\` did not answer POST ${module.url}/execute within 20 ms.` })
  })

  it('is not there', async () => {
    const module = await moduleService('m')
    await module.stop()
    const { fails } = await scenarioFixture({ m: { url: module.url } })
    expect(await fails(['m'], { run_options: { health_check: false } })).toMatchObject({ details: { code: 'MODULE_UNREACHABLE', module: 'm' }, detail: expect.stringContaining('nobody listens there') as string })
  })

  it('speaks no HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { fails } = await scenarioFixture({ m: { url: `http://127.0.0.1:${port}` } })
    expect((await fails(['m'], { run_options: { health_check: false } })).detail).toContain('not HTTP')
    server.close()
  })

  it('leaves those after it out, with the reason', async () => {
    const first = await moduleService('a', () => ({ status: 'error', message: 'no' }))
    const second = await moduleService('b')
    const { fails, ask } = await scenarioFixture({ a: { url: first.url }, b: { url: second.url } })
    const { run_id: id } = await fails(['a', 'b'])
    expect((await ask('GET', `/runs/${id}`)).body).toMatchObject({ steps: [{ name: 'a', status: 'failed' }, { name: 'b', status: 'blocked', blocked_by: 'a' }] })
    expect(second.calls).toEqual([])
  })
})

describe('another attempt', () => {
  const failing = (times: number, answer: Answers): Answers => (question, response) => (times-- > 0 ? answer(question, response) : { outputs: { after: question.body.metadata['attempt'] } })

  it('is made of what may pass, with the same idempotency key', async () => {
    const module = await moduleService('m', failing(2, status(500)))
    const { post } = await scenarioFixture({ m: { url: module.url, retries: 2 } })
    expect((await post(['m'])).body).toMatchObject({ status: 'completed', results: { m: { after: 3 } } })
    expect(new Set(module.calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  })

  it('is not made of what will not', async () => {
    const module = await moduleService('m', failing(1, status(400)))
    const { fails } = await scenarioFixture({ m: { url: module.url, retries: 2 } })
    expect(await fails(['m'])).toMatchObject({ details: { code: 'MODULE_REFUSED' } })
    expect(module.calls).toHaveLength(1)
  })

  it('ends with the last of them', async () => {
    const module = await moduleService('m', failing(9, status(500)))
    const { fails } = await scenarioFixture({ m: { url: module.url, retries: 1 } })
    expect(await fails(['m'])).toMatchObject({ details: { code: 'MODULE_UNAVAILABLE' } })
    expect(module.calls).toHaveLength(2)
  })
})

describe('the health check', () => {
  const ill = { 'GET /health': status(500) }

  it('comes before the first module is called, and names the one that is not well', async () => {
    const well = await moduleService('a')
    const other = await moduleService('b', undefined, ill)
    const { fails } = await scenarioFixture({ a: { url: well.url }, b: { url: other.url } })
    expect(await fails(['a', 'b'])).toMatchObject({ details: { code: 'MODULE_UNHEALTHY', module: 'b', step: 'a' }, detail: 'The module `b` is not well: GET /health answered 500.' })
    expect(well.calls).toEqual([])
  })

  it('names one that is not there', async () => {
    const module = await moduleService('m')
    await module.stop()
    const { fails } = await scenarioFixture({ m: { url: module.url } })
    expect(await fails(['m'])).toMatchObject({ details: { code: 'MODULE_UNHEALTHY' }, detail: expect.stringContaining('nobody listens there') as string, fix: expect.stringContaining('health_check') as string })
  })

  it('is left out where that is asked for', async () => {
    const module = await moduleService('m', undefined, ill)
    const { post } = await scenarioFixture({ m: { url: module.url } })
    expect((await post(['m'], { run_options: { health_check: false } })).status).toBe(200)
  })

  it('asks each module once, and again after a while', async () => {
    const module = await moduleService('m')
    const { post, advance } = await scenarioFixture({ m: { url: module.url } })
    const checks = (): number => module.asked.filter(({ route }) => route === 'GET /health').length
    const all = ['x', 'y', 'z'].map((id) => ({ module: 'm', id }))
    await post(all, { run_options: { parallel: true } })
    await post(all)
    expect(checks()).toBe(1)
    advance(6000)
    await post(all)
    expect(checks()).toBe(2)
  })

  it('ends with a run that is cancelled meanwhile', async () => {
    const module = await moduleService('m', undefined, { 'GET /health': () => undefined })
    const { post, server } = await scenarioFixture({ m: { url: module.url } })
    const answer = post(['m'])
    while (!module.asked.some(({ route }) => route === 'GET /health')) await new Promise(setImmediate)
    const [run] = await server.runner.store.list({})
    await server.runner.cancel(run!.runId, { by: 'ann', reason: 'enough' })
    expect(await answer).toMatchObject({ body: { status: 'cancelled' } })
  })
})

it('leaves a module alone that failed several times in a row, over several runs, until one call goes well', async () => {
  let broken = true
  const module = await moduleService('m', (_, response) => (broken ? void response.writeHead(500).end() : { outputs: {} }))
  const { fails, post, ask, advance } = await scenarioFixture({ m: { url: module.url } })
  for (let run = 0; run < 5; run++) expect(await fails(['m'])).toMatchObject({ details: { code: 'MODULE_UNAVAILABLE' } })
  expect(await fails(['m'])).toMatchObject({ details: { code: 'MODULE_CIRCUIT_OPEN' }, detail: expect.stringMatching(/left alone for (30|29) s more/) as string })
  expect(module.calls).toHaveLength(5)
  expect((await ask('GET', '/modules')).body).toMatchObject({ items: [{ breaker: 'open' }] })
  advance(31_000)
  expect((await ask('GET', '/modules')).body).toMatchObject({ items: [{ breaker: 'half_open' }] })
  broken = false
  expect((await post(['m'])).status).toBe(200)
  expect((await ask('GET', '/modules')).body).toMatchObject({ items: [{ breaker: 'closed' }] })
})
