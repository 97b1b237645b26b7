import type { JournalEvent } from '@lorc/runner'
import type * as z from 'zod'
import type { Contract } from '../contract.ts'
import { readEvents } from './event-reader.ts'
import { ServiceProblem, unexpected } from './service-problem.ts'

export interface ClientOptions {
  /** Where the service is, e.g. `http://127.0.0.1:8000`; in a page, a path is one of its own address. */
  baseUrl: string
  /** A key of `lorc keys add`, or a token, where the service asks for one. */
  key?: string
  /** Default: the global one. */
  fetch?: typeof fetch
}

/** Parts of requests that a route has, as they are written: what has a default may be left out. */
type Part<Spec, Key extends string> = Spec extends Record<Key, z.ZodType> ? z.input<Spec[Key]> : never
/** Whether all of it may be left out. */
type Optional<T> = undefined extends T ? true : Partial<T> extends T ? true : false
type Given<Name extends string, T> = [T] extends [never] ? { [K in Name]?: undefined } : Optional<T> extends true ? { [K in Name]?: T } : { [K in Name]: T }

type PathPart<Spec> = Part<Spec, 'params'>
type QueryPart<Spec> = Part<Spec, 'query'>
type BodyPart<Spec> = Part<Spec, 'body'>

/** What a route is asked with. */
export type RouteRequest<Name extends keyof Contract> = Given<'params', PathPart<Contract[Name]>> &
  Given<'query', QueryPart<Contract[Name]>> &
  Given<'body', BodyPart<Contract[Name]>> & {
    /** E.g. `idempotency-key` and `prefer`. */
    headers?: Readonly<Record<string, string>>
    signal?: AbortSignal
  }

/** The answers of a route that are JSON. */
type Answers<Name extends keyof Contract> = {
  [Status in keyof Contract[Name]['answers'] & number]: Contract[Name]['answers'][Status] extends z.ZodType ? { status: Status; body: z.output<Contract[Name]['answers'][Status]> } : never
}[keyof Contract[Name]['answers'] & number]

/** What a route answers with: its status, and the body that goes with it. */
export type RouteAnswer<Name extends keyof Contract> = Answers<Name> & { headers: Headers }

/** Routes that take nothing but what may be left out. */
type Arguments<Name extends keyof Contract> = Partial<RouteRequest<Name>> extends RouteRequest<Name> ? [request?: RouteRequest<Name>] : [request: RouteRequest<Name>]

/** Asks a service, by the same contract that the service checks requests with. */
export interface LorcClient {
  /**
   * Asks a route that answers in JSON, by its name: `client.call('GET /runs', { query: { status: 'failed' } })`. Rejects with
   * ServiceProblem for what the service refuses, and as `fetch` does where it is not there.
   */
  call<Name extends keyof Contract>(name: Name, ...[request]: Arguments<Name>): Promise<RouteAnswer<Name>>
  /** Asks any route and hands its answer over as it comes: for artifacts, logs and metrics. Rejects as `call` does. */
  open<Name extends keyof Contract>(name: Name, ...[request]: Arguments<Name>): Promise<Response>
  /**
   * The events of a run from the first, or from `from`, until it has ended, each once: a connection that breaks is made again
   * where it broke. Rejects with ServiceProblem, and as `fetch` does when it fails several times in a row.
   */
  events(runId: string, options?: { from?: number; signal?: AbortSignal }): AsyncIterable<JournalEvent>
}

/**
 * Makes a client. It needs nothing but `fetch`: in Node, and in browsers. Throws ServiceProblem REQUEST_INVALID for a `baseUrl` that is
 * none, as requests reject for what is not a request.
 */
export function createClient(options: ClientOptions): LorcClient {
  const base = baseOf(options)
  const { key } = options
  const send = options.fetch ?? fetch
  const open = async (name: string, request: RawRequest = {}): Promise<Response> => {
    const { method, url } = target(base, name, request)
    const { body, headers, signal } = request
    const answer = await send(url, {
      method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })
    if (!answer.ok && answer.status !== 304) throw await ServiceProblem.from(answer)
    return answer
  }
  return {
    async call<Name extends keyof Contract>(name: Name, request?: RouteRequest<Name>) {
      const answer = await open(name, request)
      const { status, headers } = answer
      // The service answers as the contract says: its tests hold it to that.
      return { status, headers, body: jsonOf(await answer.text(), status) } as unknown as RouteAnswer<Name>
    },
    open: (name, request?) => open(name, request),
    events: (runId, { from = 0, signal } = {}) =>
      readEvents((headers) => open('GET /runs/{run_id}/events', { params: { run_id: runId }, query: { from }, headers, ...(signal && { signal }) }), { from, signal }),
  }
}

/** Throws ServiceProblem UNEXPECTED_ANSWER for what is not an answer of the service: a proxy's page to log in, say. */
function jsonOf(text: string, status: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ServiceProblem(unexpected(status, text))
  }
}

interface RawRequest {
  params?: object | undefined
  query?: object | undefined
  body?: unknown
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

const PARTS: readonly string[] = ['params', 'query', 'body', 'headers', 'signal'] satisfies (keyof RawRequest)[]

/** What paths of routes are added to: a service may be reached at a path of a proxy, and a page may leave its own address out. */
function baseOf(options: ClientOptions): string {
  const base = String((options as ClientOptions | undefined)?.baseUrl)
  if (!base.startsWith('/') && !isAddress(base)) throw notAsked('/baseUrl', `The base URL is an address like http://127.0.0.1:8000, not ${base}.`)
  return base.replace(/\/+$/, '')
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && `${username}${search}${hash}` === ''
}

function target(base: string, name: string, request: RawRequest): { method: string; url: string } {
  const [, method = '', template = ''] = /^([A-Z]+) (\/.*)$/.exec(name) ?? []
  if (method === '') throw notAsked('/', `A route is named like \`GET /runs\`, not ${name}.`)
  const unknown = Object.keys(request).find((part) => !PARTS.includes(part))
  if (unknown !== undefined) throw notAsked(`/${unknown}`, `A request has no \`${unknown}\`: it has ${PARTS.join(', ')}.`)
  const { params = {}, query = {} } = request
  const values = params as Readonly<Record<string, unknown>>
  const path = template.replaceAll(/\{(\w+)\}|(\*)/g, (_, named: string | undefined) =>
    named === undefined ? String(values['*']).split('/').map((part) => segment(part, '*')).join('/') : segment(values[named], named),
  )
  const search = new URLSearchParams()
  for (const [field, value] of Object.entries(query)) if (value !== undefined) search.set(field, String(value))
  const text = search.toString()
  return { method, url: `${base}${path}${text === '' ? '' : `?${text}`}` }
}

/** One that is left out, or leads elsewhere (`..`), would make the path of another route. */
function segment(value: unknown, name: string): string {
  const text = typeof value === 'string' || typeof value === 'number' ? `${value}` : ''
  if (text === '' || text === '.' || text === '..') throw notAsked(`/params/${name}`, `It is not a valid \`${name}\`: ${JSON.stringify(text)}.`)
  return encodeURIComponent(text)
}

function notAsked(path: string, message: string): ServiceProblem {
  return new ServiceProblem({ type: 'about:blank', title: 'The service was not asked.', status: 400, detail: message, code: 'REQUEST_INVALID', errors: [{ path, message }] })
}
