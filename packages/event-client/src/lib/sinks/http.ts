import { batchedCloudEvents, CLOUD_EVENT_BATCH_TYPE } from '../cloud-event.ts'
import { EventError } from '../errors.ts'
import type { EventSink } from '../sink.ts'

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
/** Bytes of an answer that are read so that the connection may be used again. */
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
  return {
    name,
    limits: { rows: 500, bytes: 1 << 20 },
    concurrency: 6,
    async write(rows, signal) {
      const response = await post(name, url, sent, batchedCloudEvents(rows), signal)
      const answer = await readAnswer(response, signal)
      if (!response.ok) throw problemOf(name, response, answer)
      return { rejected: [] }
    },
    async close() {
      // Connections are kept by Node's own pool.
    },
  }
}

async function post(name: string, url: URL, headers: Headers, body: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    const cause = (error as Error).cause ?? error
    const reason = cause instanceof Error && cause.message !== '' ? cause.message : String((cause as { code?: unknown }).code)
    throw new EventError('EVENTS_SINK_FAILED', `${name} could not be reached: ${reason}.`, { cause, transient: true })
  }
}

async function readAnswer(response: Response, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > LARGEST_ANSWER) break
    }
  } catch {
    // The status has come: what it says counts, whatever becomes of the rest.
    if (signal.aborted) throw signal.reason
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, SHOWN)
}

function problemOf(name: string, response: Response, answer: string): EventError {
  const { status } = response
  const said = answer.trim() === '' ? '.' : `: ${answer.trim()}`
  const details = { status }
  if (REFUSED.has(status)) return new EventError('EVENTS_BATCH_REFUSED', `${name} answered ${status}${said}`, { details })
  if (TRANSIENT.has(status) || status > 504) {
    const retryAfterMs = retryAfter(response.headers)
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
    return new EventError('EVENTS_SINK_FAILED', `${name} answered ${status}${said}`, { details, transient: true, ...asked })
  }
  const fix = status < 400 ? 'Name the URL that it leads to: redirects are not followed.' : 'Check `events.url` and `events.headers`.'
  return new EventError('EVENTS_SINK_FAILED', `${name} answered ${status}${said}`, { details, fix })
}

/** Milliseconds (RFC 9110, 10.2.3). A date counts from the server's own. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const ms = Date.parse(value) - Date.parse(headers.get('date') ?? '')
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new EventError('EVENTS_OPTION_INVALID', `The sink's \`url\` (${JSON.stringify(text)}) is no http or https URL.`, {
    fix: 'E.g. `url: https://example.com/events`.',
  })
}

function headersOf(headers: Record<string, string>): Headers {
  try {
    const sent = new Headers(headers)
    sent.set('content-type', CLOUD_EVENT_BATCH_TYPE)
    return sent
  } catch (cause) {
    throw new EventError('EVENTS_OPTION_INVALID', `The sink's \`headers\` are none: ${(cause as Error).message}`, { cause })
  }
}
