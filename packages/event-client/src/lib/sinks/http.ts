import { Agent, type IncomingHttpHeaders, request as overHttp } from 'node:http'
import { Agent as SecureAgent, request as overHttps } from 'node:https'
import { CLOUD_EVENT_BATCH_TYPE, structuredCloudEvent } from '../cloud-event.ts'
import { EventError } from '../errors.ts'
import type { EventRow } from '../event.ts'
import type { BatchOutcome, EventSink } from '../sink.ts'
import { TextBuffer } from '../rows/text-buffer.ts'

export interface HttpSinkOptions {
  /** http or https. */
  url: string
  /** Sent with every request. */
  headers?: Record<string, string>
}

/** The server has seen the batch, and does not take it as it is. */
const REFUSED = new Set([400, 413, 422])
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504])
/** Characters of an answer that an error shows. */
const SHOWN = 300
/** Bytes of an answer that are read so that the connection may be used again; one that goes on is cut. */
const LARGEST_ANSWER = 64 * 1024

/**
 * Posts CloudEvents in batches (`application/cloudevents-batch+json`) to an endpoint. Any 2xx takes all of them; 400, 413
 * and 422 refuse the batch; 408, 425, 429 and 5xx are passing, with `Retry-After`. Redirects are not followed. Throws
 * EVENTS_OPTION_INVALID for a URL or headers that are none.
 */
export function httpSink({ url: text, headers = {} }: HttpSinkOptions): EventSink {
  const url = urlOf(text)
  const name = `http ${url.origin}${url.pathname}`
  const sent = headersOf(headers)
  const agent = url.protocol === 'https:' ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
  /** Not in use: as many as there were requests at once. */
  const bodies: TextBuffer[] = []

  const post = async (body: TextBuffer, signal: AbortSignal): Promise<BatchOutcome> => {
    try {
      const answer = await ask(url, { agent, headers: sent, signal }, body.bytes)
      signal.throwIfAborted()
      if (answer.status < 200 || answer.status > 299) throw problemOf(name, answer)
      return { rejected: [] }
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof EventError ? error : unreached(name, error)
    } finally {
      bodies.push(body)
    }
  }

  return {
    name,
    limits: { rows: 500, bytes: 1 << 20 },
    concurrency: 6,
    write(rows, signal) {
      const body = bodies.pop() ?? new TextBuffer()
      writeBatch(body, rows)
      // A function of its own: this one's end lets go of the rows.
      return post(body, signal)
    },
    async close() {
      agent.destroy()
    },
  }
}

/** The list of `batchedCloudEvents`, as bytes. */
function writeBatch(body: TextBuffer, rows: readonly EventRow[]): void {
  body.clear()
  for (const [index, row] of rows.entries()) body.add(`${index === 0 ? '[' : ','}${structuredCloudEvent(row)}`)
  body.add(']')
}

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** The beginning. */
  text: string
}

/** Rejects where no answer came; once its status has come, that counts, whatever becomes of the rest. */
function ask(url: URL, options: { agent: Agent; headers: Record<string, string>; signal: AbortSignal }, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? overHttps : overHttp)(url, { method: 'POST', ...options })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes > LARGEST_ANSWER) response.destroy()
      })
      response.on('error', () => undefined)
      response.on('close', () => {
        const text = Buffer.concat(chunks).toString('utf8').slice(0, SHOWN)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    request.end(body)
  })
}

function unreached(name: string, cause: unknown): EventError {
  const { message = '', code } = cause as { message?: string; code?: string }
  return new EventError('EVENTS_SINK_FAILED', `${name} could not be reached: ${message === '' ? code : message}.`, { cause, transient: true })
}

function problemOf(name: string, { status, headers, text }: Answer): EventError {
  // A page of HTML, say, is a line of the message.
  const words = text.replaceAll(/\s+/g, ' ').trim()
  const said = words === '' ? '.' : `: ${words}`
  const details = { status }
  if (REFUSED.has(status)) return new EventError('EVENTS_BATCH_REFUSED', `${name} answered ${status}${said}`, { details })
  if (TRANSIENT.has(status) || status > 504) {
    const retryAfterMs = retryAfter(headers)
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
    return new EventError('EVENTS_SINK_FAILED', `${name} answered ${status}${said}`, { details, transient: true, ...asked })
  }
  const fix = status < 400 ? 'Name the URL that it leads to: redirects are not followed.' : 'Check `events.url` and `events.headers`.'
  return new EventError('EVENTS_SINK_FAILED', `${name} answered ${status}${said}`, { details, fix })
}

/** Milliseconds (RFC 9110, 10.2.3). A date counts from the server's own. */
function retryAfter({ 'retry-after': value, date = '' }: IncomingHttpHeaders): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const ms = Date.parse(value) - Date.parse(date)
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new EventError('EVENTS_OPTION_INVALID', `The sink's \`url\` (${JSON.stringify(text)}) is not an http or https URL.`, {
    fix: 'E.g. `url: https://example.com/events`.',
  })
}

function headersOf(headers: Record<string, string>): Record<string, string> {
  try {
    const sent = new Headers(headers)
    sent.set('content-type', CLOUD_EVENT_BATCH_TYPE)
    return Object.fromEntries(sent)
  } catch (cause) {
    throw new EventError('EVENTS_OPTION_INVALID', `The sink's \`headers\` are none: ${(cause as Error).message}`, { cause })
  }
}
