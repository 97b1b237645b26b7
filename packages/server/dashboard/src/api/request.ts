import { problemOf, RequestProblem } from './problem.ts'
import { session } from './session.ts'

export interface RequestOptions {
  method?: 'GET' | 'POST'
  /** Sent as JSON. */
  body?: unknown
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal | undefined
}

/** Asks the service; a refusal and a broken connection are a RequestProblem. A 401 has the key asked for. */
export async function send(path: string, { method = 'GET', body, headers, signal }: RequestOptions = {}): Promise<Response> {
  const key = session.key()
  let response: Response
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
      credentials: 'omit',
      redirect: 'error',
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new RequestProblem(0, { detail: 'The service does not answer.', fix: 'See whether `lorc serve` is running.' })
  }
  if (response.status === 401) session.ask()
  if (!response.ok) throw await problemOf(response)
  return response
}

export async function getJson<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return (await (await send(path, { signal })).json()) as Answer
}

export async function postJson<Answer>(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer> {
  return (await (await send(path, { method: 'POST', body, ...(headers && { headers }) })).json()) as Answer
}

/** A path with its parts and its query written as an address takes them; what is undefined is left out. */
export function address(parts: readonly string[], query: Readonly<Record<string, string | number | boolean | undefined>> = {}): string {
  const search = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]])))
  return `/${parts.map(encodeURIComponent).join('/')}${search.size === 0 ? '' : `?${search.toString()}`}`
}
