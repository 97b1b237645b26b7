import { STATUS_CODES } from 'node:http'
import { isCodedError, type CodedError } from './coded-error.ts'
import type { Problem } from './contract/problem.ts'
import { ERROR_CODES as SERVER_CODES, ServerError } from './errors.ts'
import { fixOf, fixOfMissing } from './problem-fix.ts'
import { statusOf } from './problem-status.ts'
import { ERROR_CODES as RUNNER_CODES, type JsonObject } from '@lorc/runner'

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** One field of a request that is wrong. */
export interface FieldProblem {
  /** A JSON Pointer (RFC 6901) into the request. */
  path: string
  message: string
  fix?: string
}

/** A request that does not fit its route: every field that is wrong. */
export class RequestInvalid extends ServerError {
  readonly fields: readonly FieldProblem[]

  constructor(fields: readonly FieldProblem[]) {
    const [first] = fields
    const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : ''
    super('REQUEST_INVALID', `${first?.path ?? 'The request'}: ${first?.message ?? 'it is not valid'}${more}`, {
      ...(first?.fix !== undefined && { fix: first.fix }),
    })
    this.fields = fields
  }
}

const TITLES: Readonly<Record<string, string>> = { ...RUNNER_CODES, ...SERVER_CODES }

/**
 * Words an error as a problem document. Coded errors say what they are; of anything else, nothing is told but that the
 * service failed: SERVER_INTERNAL.
 */
export function problemOf(error: unknown, runId?: string): Problem {
  const known = codedOf(error) ?? internal()
  const { code, message, details } = known
  const id = runId ?? details?.['run_id']
  const fields = known instanceof RequestInvalid ? known.fields : fieldsOf(details)
  const fix = code === 'PARAMS_INVALID' ? fields?.[0]?.fix : fixOf(code, known.fix, id)
  const status = statusOf(code)
  return {
    type: `urn:lorc:error:${code}`,
    // Codes of packages that are loaded on use: their sentences are not at hand.
    title: TITLES[code] ?? STATUS_CODES[status] ?? code,
    status,
    detail: message,
    code,
    ...(fix !== undefined && { fix }),
    ...(fields && { errors: [...fields] }),
    ...runOf(id),
    ...(details && !fields && { details }),
  }
}

function runOf(id: unknown): { run_id?: string } {
  return typeof id === 'string' ? { run_id: id } : {}
}

/** Whether an error says what it is: whatever does not is a fault of the service. */
export function isCoded(error: unknown): boolean {
  return codedOf(error) !== undefined
}

function codedOf(error: unknown): CodedError | undefined {
  if (isCodedError(error)) return error
  return error instanceof Error ? fromFastify(error) : undefined
}

/** What fastify itself refuses, before a handler sees it. */
function fromFastify(error: Error & { code?: unknown }): ServerError | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ServerError('REQUEST_TOO_LARGE', 'The body is larger than the limit.', { fix: 'Send less, or raise `server.limits.bodyBytes`.', cause: error })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ServerError('REQUEST_MEDIA_TYPE', 'The body is of a media type that the route does not take.', {
        fix: 'Send JSON, with `Content-Type: application/json`.',
        cause: error,
      })
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ServerError('REQUEST_TOO_LARGE', 'A part of the path is longer than the limit.', { fix: 'No name is as long as that: ask for another one.', cause: error })
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new ServerError('REQUEST_JSON', 'The body is not well-formed JSON.', { cause: error })
    case 'FST_ERR_BAD_URL':
      return new ServerError('REQUEST_INVALID', 'The path is not well-formed.', { cause: error })
    default:
      return undefined
  }
}

function internal(): ServerError {
  return new ServerError('SERVER_INTERNAL', 'The service failed to answer this request.', {
    fix: "Look for the request's id in the log of the service.",
  })
}

/** What `details.problems` of an error lists: parameters that do not fit, other fields of the request, places in a recipe. */
function fieldsOf(details: CodedError['details']): FieldProblem[] | undefined {
  const problems = details?.['problems']
  if (!Array.isArray(problems)) return undefined
  return problems.flatMap((problem) => {
    if (typeof problem !== 'object' || problem === null || Array.isArray(problem)) return []
    const { name, message, missing } = problem
    if (typeof message !== 'string') return []
    const path = ['', 'body', ...placeOf(problem).map(pointer)].join('/')
    const fix = missing === true && typeof name === 'string' ? fixOfMissing(name) : problem['fix']
    return [{ path, message, ...(typeof fix === 'string' && { fix }) }]
  })
}

/** Where in the body a problem is. */
function placeOf({ name, path, field }: JsonObject): string[] {
  if (typeof field === 'string') return [field]
  if (Array.isArray(path)) return ['params', ...path.map(String)]
  return typeof name === 'string' ? ['params', name] : []
}

/** A part of a JSON Pointer. */
export function pointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1')
}
