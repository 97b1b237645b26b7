import { RunnerError } from '../../errors.ts'
import { invalid, redirected, refused, shownUrl, type HttpRequest } from './http-request.ts'

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** One request and its answer, redirects included; the answer's body is still to be read. */
export interface Exchange {
  /** The one that was answered: the last of the redirects. */
  request: HttpRequest
  response: Response
}

/**
 * Sends a request and follows redirects, at most 5, but for those that are `expected` as an answer. Tells `sent` of each
 * redirect. Rejects with RunnerError HTTP_*, and with `signal.reason` when aborted.
 */
export async function exchange(
  first: HttpRequest,
  signal: AbortSignal,
  expected: (status: number) => boolean,
  sent: (request: HttpRequest, status: number) => void,
): Promise<Exchange> {
  let request = first
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(request, signal)
    const { status } = response
    const location = response.headers.get('location')
    if (location === null || !REDIRECTS.has(status) || expected(status)) return { request, response }
    sent(request, status)
    await response.body?.cancel().catch(() => undefined)
    if (redirects === MOST_REDIRECTS) throw refused(first, `more than ${MOST_REDIRECTS} times`)
    request = redirected(request, status, location)
  }
}

async function send(request: HttpRequest, signal: AbortSignal): Promise<Response> {
  const { url, method, headers, body } = request
  try {
    return await fetch(url, { method, headers, body: body ?? null, signal, redirect: 'manual' })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    const { cause } = error as Error
    // These two were not sent: fetch itself refused the request.
    if (cause instanceof Error && cause.message === 'bad port') {
      throw invalid(`port ${url.port} belongs to another protocol, and no browser or Node sends a request there.`, { cause })
    }
    if (cause === undefined) throw invalid(`${(error as Error).message}.`, { cause: error })
    throw unreachable(request, 'got no answer', cause)
  }
}

/** That nothing was heard for the 5 minutes that Node's fetch has for the headers, and for each piece of the body. */
const SILENT = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']

/** `cause` is what fetch, or reading from it, gives as the reason. */
export function unreachable({ method, url }: HttpRequest, what: string, cause: unknown): RunnerError {
  const { code, reason } = reasonOf(cause)
  const isSlow = code !== undefined && SILENT.includes(code)
  return new RunnerError('HTTP_UNREACHABLE', `${method} ${shownUrl(url)} ${what}: ${isSlow ? 'nothing came for 5 minutes' : reason}.`, {
    cause,
    ...(isSlow && { fix: 'Have the server take the request in at once, and ask until it is ready; or make the request in a scriptlet. `timeout` makes it fail sooner, not later.' }),
    ...(code !== undefined && { details: { code } }),
  })
}

/** A host with several addresses fails with several errors, of which the first tells enough. */
function reasonOf(cause: unknown): { code: string | undefined; reason: string } {
  if (!(cause instanceof Error)) return { code: undefined, reason: String(cause) }
  const { code } = cause as { code?: unknown }
  const [first] = cause instanceof AggregateError ? (cause.errors as unknown[]) : []
  const reason = cause.message || (first instanceof Error ? first.message : '') || String(code)
  return { code: typeof code === 'string' ? code : undefined, reason: reason.replace(/\.$/, '') }
}
