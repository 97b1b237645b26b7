import type { JsonObject, JsonValue } from '@lorc/runner'
import * as z from 'zod'

const hash = z.string().regex(/^(sha256:)?[0-9a-f]{64}$/i)

/** A file that a module made: a name alone, its content, where to fetch it, or where it lies in the workspace. */
const artifactSchema = z.union([
  z.string().min(1).transform((name) => ({ kind: 'name' as const, name })),
  z
    .object({ name: z.string().min(1), content: z.json(), encoding: z.enum(['utf8', 'base64']).optional(), hash: hash.optional() })
    .transform((given) => ({ kind: 'inline' as const, ...given })),
  z.object({ name: z.string().min(1).optional(), url: z.string().min(1), hash: hash.optional() }).transform((given) => ({ kind: 'url' as const, ...given })),
  z.object({ name: z.string().min(1).optional(), path: z.string().min(1), hash }).transform((given) => ({ kind: 'path' as const, ...given })),
])

export type ModuleArtifact = z.output<typeof artifactSchema>

const envelopeSchema = z.object({
  status: z.string(),
  module: z.string().optional(),
  module_name: z.string().optional(),
  outputs: z.record(z.string(), z.json()).optional(),
  output: z.record(z.string(), z.json()).optional(),
  artifacts: z.array(artifactSchema).max(1000).default([]),
  evidence: z.json().optional(),
  error: z.json().optional(),
  message: z.string().optional(),
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
  const parsed = envelopeSchema.safeParse(body)
  if (!parsed.success) return { status: 'wrong', reason: parsed.error.issues.map((issue) => `\`${['$', ...issue.path].join('.')}\`: ${issue.message}`).join('; ') }
  const { status, outputs = parsed.data.output, artifacts, evidence, error, message } = parsed.data
  const named = parsed.data.module ?? parsed.data.module_name
  if (!WELL.has(status.toLowerCase())) return { status: 'failed', reason: reasonOf(error) ?? message ?? `its status is \`${status}\`` }
  if (named === undefined) return { status: 'wrong', reason: 'it names no `module`' }
  if (named !== module) return { status: 'wrong', reason: `it says that it is of the module \`${named}\`` }
  if (outputs === undefined) return { status: 'wrong', reason: 'it has no `outputs`' }
  return { status: 'ok', outputs, artifacts, evidence }
}

function reasonOf(error: JsonValue | undefined): string | undefined {
  if (typeof error === 'string') return error
  if (typeof error !== 'object' || error === null || Array.isArray(error)) return undefined
  const { message, detail } = error
  return typeof message === 'string' ? message : typeof detail === 'string' ? detail : JSON.stringify(error)
}
