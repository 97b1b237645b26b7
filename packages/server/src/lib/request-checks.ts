import type { FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { RouteSpec } from './contract/route-spec.ts'
import { type FieldProblem, pointer, RequestInvalid } from './problem.ts'

/** The parts of a request, checked, and the request itself. */
export interface CheckedParts {
  readonly params: unknown
  readonly query: unknown
  readonly headers: unknown
  readonly body: unknown
  readonly raw: FastifyRequest
}

/** Checks a request with the schemas that the contract has for its route. Throws RequestInvalid with the first part that does not fit. */
export function checkRequest(raw: FastifyRequest, { params, query, headers, body }: RouteSpec): CheckedParts {
  return {
    params: check(params, raw.params, 'path'),
    // Fastify says null where a request has no body.
    body: check(body, raw.body ?? undefined, 'body'),
    query: check(query, raw.query, 'query'),
    headers: check(headers, raw.headers, 'headers'),
    raw,
  }
}

/** `part`: what a JSON Pointer into the request begins with. */
function check(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (!schema) return value
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new RequestInvalid(parsed.error.issues.flatMap((issue) => fieldsOf(issue, part)))
}

function fieldsOf(issue: z.core.$ZodIssue, part: string): FieldProblem[] {
  const at = [part, ...issue.path.map(String)]
  if (issue.code !== 'unrecognized_keys') return [{ path: pathOf(at), message: sentence(issue.message) }]
  return issue.keys.map((key) => ({ path: pathOf([...at, key]), message: `There is no field \`${key}\` here.`, fix: 'Leave it out.' }))
}

function pathOf(parts: readonly string[]): string {
  return parts.map((part) => `/${pointer(part)}`).join('')
}

function sentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`
}
