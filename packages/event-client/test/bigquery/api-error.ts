/** An answer of BigQuery that is not a success: https://cloud.google.com/bigquery/docs/error-messages. */
export class ApiError extends Error {
  readonly status: number
  readonly reason: string
  readonly retryAfter: string | undefined

  constructor(status: number, reason: string, message: string, retryAfter?: string) {
    super(message)
    this.status = status
    this.reason = reason
    this.retryAfter = retryAfter
  }

  get body(): object {
    const { status: code, reason, message } = this
    return { error: { code, message, errors: [{ message, domain: 'global', reason }], status: 'FAILED' } }
  }
}

export const notFound = (what: string): ApiError => new ApiError(404, 'notFound', `Not found: ${what}`)
