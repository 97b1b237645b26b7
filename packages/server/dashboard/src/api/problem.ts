import type { Problem } from '../../../src/lib/contract/problem.ts'

/** What the service refused, or that it could not be reached. */
export class RequestProblem extends Error {
  override readonly name = 'RequestProblem'
  /** 0: there was no answer. */
  readonly status: number
  readonly code: string
  readonly fix: string | undefined
  /** Fields of the request that are wrong. */
  readonly fields: readonly { path: string; message: string; fix?: string | undefined }[]

  constructor(status: number, problem: Partial<Problem> & { detail: string }) {
    super(problem.detail)
    this.status = status
    this.code = problem.code ?? `HTTP_${status}`
    this.fix = problem.fix
    this.fields = problem.errors ?? []
  }
}

/** The problem that an answer tells, whatever it looks like. */
export async function problemOf(response: Response): Promise<RequestProblem> {
  const body: unknown = await response.json().catch(() => undefined)
  if (typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string') {
    return new RequestProblem(response.status, body as Partial<Problem> & { detail: string })
  }
  return new RequestProblem(response.status, { detail: `The service answered ${response.status} ${response.statusText}.` })
}
