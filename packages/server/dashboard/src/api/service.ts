import { createClient, ServiceProblem } from '@lorc/server/client'
import { session } from './session.ts'

/**
 * The service that this page is of, asked with the key of this tab. What it refuses is a ServiceProblem, and so is that it
 * cannot be reached (status 0). A 401 has the key asked for.
 */
export const service = createClient({ baseUrl: new URL('.', location.href).pathname, fetch: ask })

async function ask(url: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  if (!headers.has('accept')) headers.set('accept', 'application/json')
  const key = session.key()
  if (key !== null) headers.set('authorization', `Bearer ${key}`)
  let answer: Response
  try {
    answer = await fetch(url, { ...init, headers, credentials: 'omit', redirect: 'error' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw unreached()
  }
  if (answer.status === 401) session.ask()
  return answer
}

function unreached(): ServiceProblem {
  return new ServiceProblem({
    type: 'about:blank',
    title: 'There was no answer.',
    status: 0,
    code: 'UNREACHABLE',
    detail: 'The service does not answer.',
    fix: 'See whether `lorc serve` is running.',
  })
}
