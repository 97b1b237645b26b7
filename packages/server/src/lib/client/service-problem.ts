import type { Problem } from '../contract/problem.ts'

/** What the service refused, or failed at: its problem document (RFC 9457) as an error. */
export class ServiceProblem extends Error {
  override readonly name = 'ServiceProblem'
  readonly code: string
  readonly status: number
  readonly fix: string | undefined
  /** Each field of the request that is wrong. */
  readonly errors: NonNullable<Problem['errors']>
  readonly runId: string | undefined
  readonly details: Problem['details']
  /** Seconds after which to ask again. */
  readonly retryAfterSec: number | undefined

  constructor(problem: Problem, retryAfterSec?: number) {
    super(problem.detail)
    this.code = problem.code
    this.status = problem.status
    this.fix = problem.fix
    this.errors = problem.errors ?? []
    this.runId = problem.run_id
    this.details = problem.details
    this.retryAfterSec = retryAfterSec
  }

  /** Of an answer that is none of this service, e.g. that of a proxy: the code is UNEXPECTED_ANSWER. */
  static async from(answer: Response): Promise<ServiceProblem> {
    const after = Number(answer.headers.get('retry-after') ?? NaN)
    const text = await answer.text()
    return new this(problemIn(text) ?? unexpected(answer.status, text), Number.isFinite(after) ? after : undefined)
  }
}

function problemIn(text: string): Problem | undefined {
  try {
    const value = JSON.parse(text) as Problem | null
    return typeof value?.code === 'string' && typeof value.detail === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** An answer that is none of the service. */
export function unexpected(status: number, text: string): Problem {
  const detail = `The service answered with ${status}: ${text.slice(0, 200) || 'nothing'}`
  return { type: 'about:blank', title: 'An answer that is not a problem document.', status, detail, code: 'UNEXPECTED_ANSWER' }
}
