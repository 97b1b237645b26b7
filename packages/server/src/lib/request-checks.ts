import type { FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { RouteSpec } from './contract/route-spec.ts'
import { wordedFields, wordIssue } from './field-wording.ts'
import { pointer, RequestInvalid } from './problem.ts'

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
    query: check(query, withoutEmpty(raw.query), 'query'),
    headers: check(headers, raw.headers, 'headers'),
    raw,
  }
}

/** Nothing would be made 0 where a number is asked for. */
function withoutEmpty(query: unknown): unknown {
  const empty = Object.keys(query as object).filter((name) => (query as { [name: string]: unknown })[name] === '')
  if (empty.length === 0) return query
  throw new RequestInvalid(empty.map((name) => ({ path: pathOf(['query', name]), message: 'It is empty.', fix: 'Give it a value, or leave it out.' })))
}

/** `part`: what a JSON Pointer into the request begins with. */
function check(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (!schema) return value
  const parsed = schema.safeParse(value, { error: wordIssue })
  if (parsed.success) return parsed.data
  throw new RequestInvalid(wordedFields(parsed.error.issues, 'field').map((field) => ({ ...field, path: pathOf([part, ...field.path]) })))
}

function pathOf(parts: readonly string[]): string {
  return parts.map((part) => `/${pointer(part)}`).join('')
}
