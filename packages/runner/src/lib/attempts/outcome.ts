import { ContextError, type Context, type StepContext } from '@lorc/context'
import { isEmptyFolder } from './artifact.ts'
import type { LiveAttempt } from './attempt.ts'
import { findArtifacts, whatItSet } from './find-artifacts.ts'
import { RunnerError } from '../errors.ts'
import type { Artifact, RecordedError, RecordedWrite } from '../events.ts'
import type { AttemptOutcome } from '../executor.ts'
import type { JsonObject } from '../json.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { requireShapes } from './step-checks.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** What a completed attempt leaves behind. */
export interface Product {
  outputs: string[]
  artifacts: Artifact[]
  writes: { [key: string]: RecordedWrite }
  meta?: JsonObject
  log?: string[]
}

/** What an executor reports as done, its files found. */
export interface Acceptance {
  outputs: readonly string[] | null
  artifacts: Artifact[]
  meta: JsonObject | undefined
  log: readonly string[] | undefined
}

type OkOutcome = Extract<AttemptOutcome, { status: 'ok' }>

/**
 * Checks the outputs that an executor reports against the rules and finds the files among them; throws or rejects
 * (RunnerError STEP_*) without a trace. Answers at once unless there are files to hash.
 */
export function accept(attempt: LiveAttempt, { outputs, writes, meta, log }: OkOutcome, workspace: Workspace): Acceptance | Promise<Acceptance> {
  mergeWrites(attempt.own, writes)
  const declared = attempt.step.outputs ?? []
  const files = outputs ? without(outputs, attempt.own.writes()) : []
  const folder = attempt.knownArtifactsDir
  if (files.length + declared.length === 0 && (!folder || isEmptyFolder(folder))) return { outputs, artifacts: [], meta, log }
  return findArtifacts(attempt, [...files, ...declared], workspace).then((artifacts) => ({ outputs, artifacts, meta, log }))
}

/**
 * Commits an accepted attempt's writes to the run's context: all of them or, when this throws (RunnerError STEP_*,
 * SECRET_LEAKED), none. Record the product in the same turn, at the same time `at` (Unix ms), so that the context and the journal agree.
 */
export function conclude(attempt: LiveAttempt, { outputs, artifacts, meta, log }: Acceptance, { context, secrets }: Recorded, at: number): Product {
  requireKeys(attempt)
  const writes = attempt.own.writes()
  requireShapes(attempt.step, writes)
  if (secrets) refuseSecrets(secrets, { outputs, artifacts, meta }, writes)
  // What items write becomes the context's when all have completed.
  if (!attempt.item) refusing(() => context.commit(attempt.own, { at }))
  const said = log?.map((line) => secrets?.mask.text(line) ?? line)
  return { outputs: outputs ? [...outputs] : Object.keys(writes), artifacts, writes, ...(meta && { meta }), ...(said?.length && { log: said }) }
}

interface Recorded {
  context: Context
  secrets: Secrets | undefined
}

function refuseSecrets(secrets: Secrets, { outputs, artifacts, meta }: Omit<Acceptance, 'log'>, writes: Product['writes']): void {
  secrets.refuseWrites(writes)
  secrets.refuse([...(outputs ?? []), ...artifacts.map(({ path }) => path)], 'The name of an output')
  secrets.refuse(meta, 'The field of the envelope')
}

function without(outputs: readonly string[], writes: { [key: string]: unknown }): string[] {
  return outputs.filter((output) => !Object.hasOwn(writes, output))
}

function mergeWrites(context: StepContext, writes: Record<string, RecordedWrite> | undefined): void {
  if (!writes) return
  for (const [key, { value, who, floats }] of Object.entries(writes)) {
    refusing(() => context.set(key, value, { ...(who && { who }), ...(floats && { floats }) }))
  }
}

function requireKeys(attempt: LiveAttempt): void {
  const missing = attempt.step.success?.ctxHasKeys?.filter((key) => !attempt.own.has(key)) ?? []
  if (missing.length === 0) return
  throw new RunnerError(
    'STEP_KEY_MISSING',
    `It completed without ${missing.join(', ')}, which success.ctx_has_keys asks for.`,
    { fix: whatItSet(attempt), details: { missing } },
  )
}

/** Turns what the context refuses into a step's error. */
export function refusing(write: () => void): void {
  try {
    write()
  } catch (error) {
    if (!(error instanceof ContextError)) throw error
    const code = error.code === 'CONTEXT_CONFLICT' ? 'STEP_CONTEXT_CONFLICT' : 'STEP_CONTEXT_REFUSED'
    throw new RunnerError(code, error.message, { details: { code: error.code }, cause: error, ...(error.fix && { fix: error.fix }) })
  }
}

/** A failure as it goes into the journal. */
export function toRecorded(error: unknown, code: 'STEP_FAILED' | 'RUN_INTERNAL' = 'STEP_FAILED'): RecordedError {
  const known = RunnerError.from(error, code)
  return {
    code: known.code,
    message: known.message,
    ...(known.fix !== undefined && { fix: known.fix }),
    ...(known.details && { details: known.details }),
  }
}
