import { Agent, createServer, request as overHttp, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Agent as SecureAgent, request as overHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { ApiError } from './api-error.ts'
import { type Action, type Fault, Faults, statusError } from './faults.ts'
import { withoutRows } from './partial-insert.ts'

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/**
 * Stands before BigQuery, or before the contract server, and has go wrong what is planned; all else it passes on as it is,
 * both ways, credentials too. Listens on loopback alone.
 */
export class FaultProxy {
  readonly faults = new Faults()
  /** A larger request is answered 413. Default: what BigQuery takes. */
  maxBytes = 10_000_000
  /** How many requests of each kind went on to the upstream. */
  readonly passed = new Map<Action, number>()
  readonly #upstream: URL
  readonly #agent: Agent
  readonly #server: Server

  /** `upstream`: an origin, http or https. */
  constructor(upstream: string) {
    this.#upstream = new URL(upstream)
    this.#agent = this.#upstream.protocol === 'https:' ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
    this.#server = createServer((request, response) => void this.#take(request, response))
  }

  /** Resolves to the address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#agent.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(request)
      if (body.length > this.maxBytes) throw new ApiError(413, 'requestTooLarge', `Request payload size exceeds the limit: ${this.maxBytes} bytes.`)
      const action = actionOf(request)
      const fault = this.faults.take(action)
      if (fault?.kind === 'slow') await wait(fault.ms)
      if (fault?.kind === 'status') throw statusError(fault)
      if (fault?.kind === 'cut' && fault.when === 'before') return void request.socket.destroy()
      const answer = fault?.kind === 'partial' ? await this.#partial(request, body, fault) : await this.#pass(request, body)
      if (fault?.kind === 'cut') return void request.socket.destroy()
      send(response, answer)
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError(502, 'backendError', `The upstream did not answer: ${(error as Error).message}.`)
      send(response, {
        status: known.status,
        headers: { 'content-type': 'application/json', ...(known.retryAfter !== undefined && { 'retry-after': known.retryAfter }) },
        body: Buffer.from(JSON.stringify(known.body)),
      })
    }
  }

  /** Keeps rows from the upstream, and says of them in its answer that they were not taken. */
  async #partial(request: IncomingMessage, body: Buffer, fault: Extract<Fault, { kind: 'partial' }>): Promise<Answer> {
    const { rest, merged } = withoutRows(body, fault)
    const answer = rest === undefined ? undefined : await this.#pass(request, rest, { 'accept-encoding': 'identity' })
    if (answer !== undefined && answer.status !== 200) return answer
    const text = merged(answer === undefined ? '{"kind":"bigquery#tableDataInsertAllResponse"}' : String(answer.body))
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) }
  }

  #pass(request: IncomingMessage, body: Buffer, own: Record<string, string> = {}): Promise<Answer> {
    const action = actionOf(request)
    this.passed.set(action, (this.passed.get(action) ?? 0) + 1)
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const ask = this.#upstream.protocol === 'https:' ? overHttps : overHttp
    const asked = ask(new URL(request.url ?? '/', this.#upstream), {
      method: request.method ?? 'GET',
      headers: { ...endToEnd(request.headers), ...own, 'content-length': String(body.length) },
      agent: this.#agent,
    })
    asked.on('error', reject)
    asked.on('response', (response) => {
      bodyOf(response).then((answered) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answered }), reject)
    })
    asked.end(body)
    return promise
  }
}

/** What a request is about, by BigQuery's paths. */
function actionOf({ method = 'GET', url = '' }: IncomingMessage): Action {
  const { pathname } = new URL(url, 'http://x')
  if (pathname.startsWith('/upload/')) return 'load'
  if (pathname.endsWith('/insertAll')) return 'insertAll'
  if (pathname.endsWith('/jobs') && method === 'POST') return 'query'
  return /\/(jobs|queries)\/[^/]+(\/cancel)?$/.test(pathname) ? 'results' : 'table'
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return
  response.writeHead(status, { ...endToEnd(headers), ...(body.length > 0 && { 'content-length': body.length }) })
  response.end(body)
}

/** Of one connection, not of the message. */
const HOP_BY_HOP = ['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)))
}
