import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Clock } from '@lorc/runner'
import type { ServerError } from '../errors.ts'
import { moduleError } from './module-error.ts'

/** What is asked of a module. */
export interface ModuleRequest {
  /** For messages. */
  module: string
  method: 'GET' | 'POST'
  url: string
  headers: Readonly<Record<string, string>>
  body?: string
  /** Milliseconds for all of it. */
  timeoutMs: number
  maxBytes: number
  signal?: AbortSignal
}

export interface ModuleResponse {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  bytes: Buffer
}

/** A connection that waits longer for its next request is closed here, before the module does it as a request is on its way. */
const IDLE_MS = 1000

/**
 * Asks modules over connections that are kept. Redirects are answers like any other: nothing is asked of who is not
 * configured.
 */
export class ModuleClient {
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 256, timeout: IDLE_MS })
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: 256, timeout: IDLE_MS })
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Resolves with whatever status. Rejects with ServerError MODULE_UNREACHABLE, MODULE_TIMEOUT, MODULE_TOO_LARGE, and with
   * `signal.reason` when that is aborted.
   */
  ask(asked: ModuleRequest): Promise<ModuleResponse> {
    const { method, url, headers, body, timeoutMs, maxBytes, signal } = asked
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error)
      const length = body === undefined ? undefined : { 'content-length': Buffer.byteLength(body) }
      const options = { method, headers: { 'accept-encoding': 'identity', ...headers, ...length } }
      const call = url.startsWith('https:')
        ? httpsRequest(url, { ...options, agent: this.#https })
        : httpRequest(url, { ...options, agent: this.#http })
      const stop = (): void => {
        stopTimer()
        signal?.removeEventListener('abort', aborted)
      }
      const fail = (error: Error): void => {
        stop()
        call.destroy()
        reject(error)
      }
      const aborted = (): void => fail(signal!.reason as Error)
      const broken = (error: Error): void => fail(unreachable(asked, error))
      const stopTimer = this.#clock.sleep(timeoutMs, () => fail(late(asked)))
      signal?.addEventListener('abort', aborted, { once: true })
      call.on('error', broken)
      // Else Node closes the connection, and says nothing; here it is nobody's but ours.
      call.on('upgrade', (_, socket) => {
        socket.destroy()
        broken(new Error('it wants to go on in another protocol'))
      })
      call.on('response', (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('error', broken)
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > maxBytes) fail(tooLarge(asked))
          else chunks.push(chunk)
        })
        response.on('end', () => {
          stop()
          resolve({ status: response.statusCode!, headers: headersOf(response), bytes: Buffer.concat(chunks, size) })
        })
      })
      call.end(body)
    })
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value!]))
}

function late({ module, method, url, timeoutMs }: ModuleRequest): ServerError {
  return moduleError('MODULE_TIMEOUT', module, `The module \`${module}\` did not answer ${method} ${url} within ${timeoutMs} ms.`, {
    fix: `Give it more time: \`modules.${module}.timeout\`.`,
  })
}

function tooLarge({ module, method, url, maxBytes }: ModuleRequest): ServerError {
  return moduleError('MODULE_TOO_LARGE', module, `The module \`${module}\` answered ${method} ${url} with more than ${maxBytes} bytes.`, {
    fix: `Raise \`modules.${module}.maxBytes\`.`,
  })
}

const WHY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'no such host is known',
  EAI_AGAIN: 'the name of its host could not be looked up',
  ECONNRESET: 'it cut the connection',
  EPIPE: 'it cut the connection',
  ETIMEDOUT: 'the connection timed out',
  HPE_INVALID_CONSTANT: 'what it sent is not HTTP',
  HPE_HEADER_OVERFLOW: 'the headers of its answer are too large',
}

function unreachable({ module, method, url }: ModuleRequest, error: NodeJS.ErrnoException): ServerError {
  const why = WHY[error.code ?? ''] ?? error.message
  return moduleError('MODULE_UNREACHABLE', module, `The module \`${module}\` could not be asked (${method} ${url}): ${why}.`, {
    fix: `${error.code?.startsWith('HPE_') ? 'Mend its answer' : 'Start it'}, or correct \`modules.${module}.url\`.`,
    cause: error,
  })
}
