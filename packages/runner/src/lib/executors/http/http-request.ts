import { RunnerError } from '../../errors.ts'
import type { Attempt } from '../../executor.ts'
import type { PlanStep } from '../../plan.ts'
import { RUNNER_VERSION } from '../../version.ts'

/** A request that can be sent. */
export interface HttpRequest {
  method: string
  url: URL
  headers: Headers
  body: string | undefined
}

/** What a query may call a value that nobody else is to see. */
const SECRET_NAME = /token|secret|passw|key|signature|^sig$|auth|credential/i
/** What may follow a redirect to another origin: nothing that could let anybody in. */
const HARMLESS = new Set(['accept', 'accept-language', 'content-type', 'idempotency-key', 'user-agent'])

/**
 * The request of a step of type `http`. Credentials of the URL become a Basic authorization; a body that is not text is
 * sent as JSON; `Idempotency-Key` is the attempt's. Headers that the step gives come first. Throws HTTP_REQUEST_INVALID.
 */
export function requestOf({ step, idempotencyKey }: Pick<Attempt, 'step' | 'idempotencyKey'>): HttpRequest {
  const { method, url: text, headers: given = {}, body } = step.http ?? noRequest(step)
  const url = urlOf(text)
  const headers = headersOf(given)
  const preset = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value)
  }
  preset('user-agent', `lorc/${RUNNER_VERSION}`)
  preset('idempotency-key', idempotencyKey)
  if (url.username !== '' || url.password !== '') {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    preset('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
    url.username = url.password = ''
  }
  if (body === undefined) return { method, url, headers, body: undefined }
  if (method === 'GET' || method === 'HEAD') {
    throw invalid(`a ${method} request has no body.`, { fix: 'Remove `body`, or use POST or PUT.' })
  }
  if (typeof body === 'string') return { method, url, headers, body }
  preset('content-type', 'application/json')
  return { method, url, headers, body: JSON.stringify(body) }
}

/** The URL as logs and errors may show it: without credentials, fragment and values that a query calls secret. */
export function shownUrl(url: URL): string {
  const shown = new URL(url)
  shown.username = shown.password = shown.hash = ''
  const secrets = [...shown.searchParams.keys()].filter((name) => SECRET_NAME.test(name))
  for (const name of secrets) shown.searchParams.set(name, 'hidden')
  return shown.href
}

/** The request that follows a redirect, as the fetch standard has it. Throws HTTP_REDIRECT_REFUSED. */
export function redirected(request: HttpRequest, status: number, location: string): HttpRequest {
  const url = URL.parse(location, request.url.href)
  if (url === null || !isWeb(url)) throw refused(request, `to ${JSON.stringify(location)}, which is not an http or https URL`)
  if (request.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(request, `from https to ${shownUrl(url)}, where anybody on the way could read the request`)
  }
  const headers = new Headers(request.headers)
  if (url.origin !== request.url.origin) {
    for (const name of [...headers.keys()]) if (!HARMLESS.has(name)) headers.delete(name)
  }
  const { method, body } = request
  const asksAnew = status === 303 ? method !== 'GET' && method !== 'HEAD' : status < 303 && method === 'POST'
  if (!asksAnew) return { method, url, headers, body }
  headers.delete('content-type')
  return { method: 'GET', url, headers, body: undefined }
}

export function refused({ method, url }: HttpRequest, how: string): RunnerError {
  return new RunnerError('HTTP_REDIRECT_REFUSED', `${method} ${shownUrl(url)} was redirected ${how}.`, {
    fix: 'Write the URL where the redirects lead, or name the status in `expect` to take the redirect as the answer.',
  })
}

/** `why` names no value: a value may be a secret. */
export function invalid(why: string, { fix, cause }: { fix?: string; cause?: unknown } = {}): RunnerError {
  return new RunnerError('HTTP_REQUEST_INVALID', `The request cannot be made: ${why}`, { cause, ...(fix !== undefined && { fix }) })
}

function noRequest(step: PlanStep): never {
  throw invalid(`step "${step.name}" has no field \`http\`.`)
}

function urlOf(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && isWeb(url)) return url
  const scheme = url === null ? '' : ` of the scheme ${url.protocol}`
  throw invalid(`${JSON.stringify(url === null ? text : shownUrl(url))} is not an http or https URL${scheme && `, but one${scheme}`}.`, {
    fix: 'Write a whole URL: https://host/path.',
  })
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:'
}

function headersOf(given: Readonly<Record<string, string>>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given)) {
    try {
      headers.set(name, value)
    } catch (cause) {
      const fix = 'A name has letters, digits and `-`; a value is one line of Latin characters.'
      throw invalid(`the header ${JSON.stringify(name)} has a name or a value that no header can have.`, { fix, cause })
    }
  }
  return headers
}
