import { systemClock } from '@lorc/runner'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ServerOptions } from '../server-options.ts'
import { serviceFixture, type Asked, type ServiceFixture } from '../service.fixture.ts'

/** What a module was asked. */
export interface Question {
  route: string
  headers: IncomingHttpHeaders
  body: { run_id: string; parameters: Record<string, unknown>; inputs: Record<string, unknown>; metadata: Record<string, unknown> }
}

/** What it answers: a body to send with status 200, or `undefined` where it answers by itself. */
export type Answers = (question: Question, response: ServerResponse) => unknown

export interface ModuleService {
  readonly url: string
  /** All that it was asked, in order. */
  readonly asked: Question[]
  /** What it was asked to do. */
  readonly calls: Question[]
  stop(): Promise<void>
}

/** A module on a free port of this machine. By default it is well, has a version, and puts out what it was given. */
export async function moduleService(name: string, execute: Answers = () => ({ outputs: { done: true } }), others: Readonly<Record<string, Answers>> = {}): Promise<ModuleService> {
  const asked: Question[] = []
  const routes: Readonly<Record<string, Answers>> = {
    'GET /health': () => ({ status: 'ok' }),
    'GET /metadata': () => ({ name, version: '1.0.0' }),
    'POST /execute': async (question, response) => {
      const answer = await execute(question, response)
      return isPlain(answer) ? { status: 'ok', module: name, ...answer } : answer
    },
    ...others,
  }
  const server = createServer((request, response) => void serve(request, response))
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = (chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())) as Question['body']
    const question = { route: `${request.method} ${request.url}`, headers: request.headers, body }
    asked.push(question)
    const answer = await routes[question.route]?.(question, response)
    if (answer !== undefined) response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    else if (!(question.route in routes)) response.writeHead(404).end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(stop)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get calls() {
      return asked.filter(({ route }) => route.startsWith('POST'))
    },
    stop,
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The answer of a failed scenario. */
export interface Failed {
  code: string
  detail: string
  fix: string
  run_id: string
  details: { code: string; module: string; step: string; status?: number; answer?: unknown }
}

export interface ScenarioFixture extends ServiceFixture {
  /** Posts a scenario. */
  post(modules: unknown[], more?: object, headers?: Record<string, string>): Promise<Asked>
  /** The same, where it is to fail: its problem. */
  fails(modules: unknown[], more?: object): Promise<Failed>
  /** Lets time pass. */
  advance(ms: number): void
}

/** A service with these modules. The first waits between attempts take next to no time. */
export async function scenarioFixture(modules: Record<string, object>, env: Record<string, string> = {}, more: Partial<ServerOptions> & { files?: Readonly<Record<string, string>> } = {}): Promise<ScenarioFixture> {
  let passed = 0
  const clock = {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic() + passed,
    sleep: (ms: number, wake: () => void) => systemClock.sleep(ms < 400 ? Math.min(ms, 25) : ms, wake),
  }
  const service = await serviceFixture({ config: { modules }, runner: { env }, clock, ...more })
  const post: ScenarioFixture['post'] = (names, more = {}, headers) => service.ask('POST', '/plan_and_execute', { scenario_id: 'test', modules: names, ...more }, headers)
  return {
    ...service,
    post,
    async fails(names, more) {
      const { status, body } = await post(names, more)
      if (status !== 502) throw new Error(`it answered ${status}: ${JSON.stringify(body)}`)
      return body as Failed
    },
    advance: (ms) => {
      passed += ms
    },
  }
}
