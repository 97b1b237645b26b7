import { RunnerError } from '../../errors.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import { unreachable, type Exchange } from './http-exchange.ts'
import { shownUrl } from './http-request.ts'
import { retryAfterMs } from './retry-after.ts'

const LARGEST_BODY = 10 * 1024 * 1024
/** Characters of a body that an error shows. */
const SHOWN = 2000

/** What `set` computes from: CEL knows it as `response`. */
export interface HttpResponse {
  status: number
  /** Names in lower case. */
  headers: { [name: string]: string }
  /** Of JSON its value, else the text; null where there is none. */
  body: JsonValue
}

/** An answer that was read to its end. */
export interface Answer extends Exchange {
  bytes: number
  text: string
}

/** Reads the body. Rejects with HTTP_BODY_TOO_LARGE, HTTP_UNREACHABLE, and with `signal.reason` when aborted. */
export async function readAnswer({ request, response }: Exchange, signal: AbortSignal): Promise<Answer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > LARGEST_BODY) break
      chunks.push(chunk)
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw unreachable(request, 'broke off in the body of its answer', (error as Error).cause ?? error)
  }
  if (bytes > LARGEST_BODY) {
    throw new RunnerError('HTTP_BODY_TOO_LARGE', `${request.method} ${shownUrl(request.url)} answered with more than 10 MiB.`, {
      fix: 'Ask for less (a page, a range), or fetch large files in a scriptlet that writes them to disk.',
    })
  }
  return { request, response, bytes, text: decoded(response, Buffer.concat(chunks)) }
}

/** The answer as CEL sees it. Throws HTTP_BODY_INVALID. */
export function responseOf({ request, response, text }: Answer): HttpResponse {
  const { status, headers } = response
  const named = Object.fromEntries(headers)
  if (text === '') return { status, headers: named, body: null }
  if (!/[/+]json\b/i.test(headers.get('content-type') ?? '')) return { status, headers: named, body: text }
  try {
    return { status, headers: named, body: JSON.parse(text) as JsonValue }
  } catch (cause) {
    const why = (cause as Error).message
    throw new RunnerError('HTTP_BODY_INVALID', `${request.method} ${shownUrl(request.url)} answered with JSON that is none: ${why}.`, {
      cause,
      details: { status, body: text.slice(0, SHOWN) },
    })
  }
}

/** Whether a status is among codes and classes (`"2xx"`). */
export function isExpected(status: number, expect: readonly (number | string)[]): boolean {
  return expect.some((known) => known === status || (known === `${String(status)[0]}xx`))
}

/** The failure that an answer of another status is. `details.retryAfterMs` is what the server asks to wait, if it does. */
export function statusError({ request, response, text }: Answer, expect: readonly (number | string)[]): RunnerError {
  const { status, statusText } = response
  const { headers } = response
  const wait = retryAfterMs(headers.get('retry-after'), headers.get('date'))
  const details: JsonObject = {
    status,
    body: text.slice(0, SHOWN),
    ...(wait !== undefined && { retryAfterMs: wait }),
  }
  const said = statusText === '' ? String(status) : `${status} ${statusText}`
  const wanted = expect.join(', ')
  return new RunnerError('HTTP_STATUS', `${request.method} ${shownUrl(request.url)} answered ${said}; expected is ${wanted}.`, { details })
}

function decoded(response: Response, bytes: Uint8Array): string {
  const charset = /charset="?([\w-]+)/i.exec(response.headers.get('content-type') ?? '')?.[1]
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    // A character set that nobody knows.
    return new TextDecoder().decode(bytes)
  }
}
