import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { ModuleFault } from './module-error.ts'

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
  headers: Readonly<Record<string, string>>
  bytes: Buffer
}

/** Asks modules over connections that are kept. Redirects are answers like any other: nothing is asked of who is not configured. */
export class ModuleClient {
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 256 })
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: 256 })

  /**
   * Resolves with whatever status. Rejects with ModuleFault MODULE_UNREACHABLE, MODULE_TIMEOUT, MODULE_TOO_LARGE, and with
   * `signal.reason` when that is aborted.
   */
  ask(asked: ModuleRequest): Promise<ModuleResponse> {
    const { module, method, url, headers, body, timeoutMs, maxBytes, signal } = asked
    const secure = url.startsWith('https:')
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error)
      const call = (secure ? httpsRequest : httpRequest)(url, { method, agent: secure ? this.#https : this.#http, headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) } })
      const fail = (error: Error): void => {
        stop()
        call.destroy()
        reject(error)
      }
      const aborted = (): void => fail(signal?.reason as Error)
      const late = (): void => fail(new ModuleFault('MODULE_TIMEOUT', `The module \`${module}\` did not answer ${method} ${url} within ${timeoutMs} ms.`, { module }, { fix: `Give it more time: \`modules.${module}.timeout\`.` }))
      const timer = setTimeout(late, timeoutMs)
      signal?.addEventListener('abort', aborted, { once: true })
      const stop = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', aborted)
      }
      const broken = (error: Error): void => fail(unreachable(asked, error))
      call.on('error', broken)
      call.on('response', (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('error', broken)
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > maxBytes) fail(new ModuleFault('MODULE_TOO_LARGE', `The module \`${module}\` answered ${method} ${url} with more than ${maxBytes} bytes.`, { module }, { fix: `Raise \`modules.${module}.maxBytes\`, or let it answer with an artifact by URL.` }))
          else chunks.push(chunk)
        })
        response.on('end', () => {
          stop()
          resolve({ status: response.statusCode ?? 0, headers: headersOf(response), bytes: Buffer.concat(chunks, size) })
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
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
}

const WHY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'no such host is known',
  EAI_AGAIN: 'the name of its host could not be looked up',
  ECONNRESET: 'it cut the connection',
  EPIPE: 'it cut the connection',
  ETIMEDOUT: 'the connection timed out',
  HPE_INVALID_CONSTANT: 'what it sent is no HTTP',
}

function unreachable({ module, method, url }: ModuleRequest, error: NodeJS.ErrnoException): ModuleFault {
  const why = WHY[error.code ?? ''] ?? (error.message === 'aborted' ? 'it cut the connection' : error.message)
  return new ModuleFault('MODULE_UNREACHABLE', `The module \`${module}\` could not be asked (${method} ${url}): ${why}.`, { module }, {
    fix: `Start it, or correct \`modules.${module}.url\`.`,
    cause: error,
  })
}
