import type { FastifySchemaCompiler } from 'fastify'
import type * as z from 'zod'
import { type FieldProblem, pointer, RequestInvalid } from './problem.ts'

/** What fastify calls the parts of a request, and what a JSON Pointer into the request begins with. */
const PARTS: Readonly<Record<string, string>> = { params: 'path', querystring: 'query', headers: 'headers', body: 'body' }

/** Checks a part of a request with the zod schema that the contract has for it; fails with RequestInvalid. */
export const checkWithZod: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = '' }) => {
  const part = PARTS[httpPart] ?? httpPart
  return (data) => {
    // Fastify says null where a request has no body.
    const parsed = schema.safeParse(httpPart === 'body' ? (data ?? undefined) : data)
    return parsed.success ? { value: parsed.data } : { error: new RequestInvalid(parsed.error.issues.flatMap((issue) => fieldsOf(issue, part))) }
  }
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
