import type { JsonObject, JsonValue } from '@lorc/runner'
import * as z from 'zod'
import { wordIssue } from '../field-wording.ts'
import { isObject, reasonOf } from './answer-reason.ts'

const hash = z.string().regex(/^(sha256:)?[0-9a-f]{64}$/i, { message: 'a SHA-256 in hexadecimal' })

/** What was read from JSON, or computed in CEL, is JSON: what goes on is checked where it is kept. */
const jsonSchema = z.custom<JsonValue>((value) => value !== undefined, { message: 'it is missing' })
const objectSchema = z.custom<JsonObject>(isObject, { message: 'it has to be an object' })

/** A file that a module made: a name alone, its content, where to fetch it, or where it lies in the workspace. */
const artifactSchema = z.union(
  [
    z.string().min(1).transform((name) => ({ kind: 'name' as const, name })),
    z
      .object({ name: z.string().min(1), content: jsonSchema, encoding: z.enum(['utf8', 'base64']).optional(), hash: hash.optional() })
      .transform((given) => ({ kind: 'inline' as const, ...given })),
    z
      .object({ name: z.string().min(1).optional(), url: z.string().min(1), hash: hash.optional() })
      .transform((given) => ({ kind: 'url' as const, ...given })),
    z
      .object({ name: z.string().min(1).optional(), path: z.string().min(1), hash })
      .transform((given) => ({ kind: 'path' as const, ...given })),
  ],
  { error: 'it is neither a name, nor `{ name, content, encoding?, hash? }`, `{ url, name?, hash? }` or `{ path, hash, name? }`' },
)

export type ModuleArtifact = z.output<typeof artifactSchema>

const envelopeSchema = z.object({
  status: z.string(),
  module: z.string().optional(),
  module_name: z.string().optional(),
  outputs: objectSchema.optional(),
  output: objectSchema.optional(),
  artifacts: z.array(artifactSchema).max(1000).default([]),
  evidence: jsonSchema.optional(),
})

const WELL = new Set(['ok', 'success', 'completed'])

/** What a module answered: `outputs` and `artifacts`, or why it failed. */
export type Envelope =
  | { status: 'ok'; outputs: JsonObject; artifacts: ModuleArtifact[]; evidence: JsonValue | undefined }
  | { status: 'failed'; reason: string }
  | { status: 'wrong'; reason: string }

/**
 * Reads the answer of a module (contract of modules: `status`, `module` or `module_name`, `outputs` or `output`, and
 * optional `artifacts`, `evidence`). `wrong`: it does not fit the contract.
 */
export function readEnvelope(body: JsonValue, module: string): Envelope {
  if (isObject(body) && typeof body['status'] === 'string' && !WELL.has(body['status'].toLowerCase())) {
    return { status: 'failed', reason: reasonOf(body) ?? `its status is \`${body['status']}\`` }
  }
  const parsed = envelopeSchema.safeParse(body, { error: wordIssue })
  if (!parsed.success) return { status: 'wrong', reason: parsed.error.issues.map(({ path, message }) => `\`${['$', ...path].join('.')}\`: ${clause(message)}`).join('; ') }
  const { outputs = parsed.data.output, artifacts, evidence } = parsed.data
  const named = parsed.data.module ?? parsed.data.module_name
  if (named === undefined) return { status: 'wrong', reason: 'it names no `module`' }
  if (named !== module) return { status: 'wrong', reason: `it says that it is of the module \`${named}\`` }
  if (outputs === undefined) return { status: 'wrong', reason: 'it has no `outputs`' }
  return { status: 'ok', outputs, artifacts, evidence }
}

/** A sentence as a part of another one. */
function clause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '')
}
