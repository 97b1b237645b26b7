import type { JsonObject, JsonValue } from '../json.ts'

/** What an expression sees of a step: `steps.load.status`. */
export interface StepFacts {
  status: string
  /** Context keys and files that it completed with. */
  outputs: readonly string[]
  /** Attempts begun. */
  attempts: number
  error: { code: string; message: string } | null
  /** What it returned: of a job, or the `result` of an envelope; of a `for_each` step a list of its items'; null: nothing. */
  result: JsonValue
}

/** What failed a run first; `step` null: a time limit. */
export type RunFailure = { step: string | null; code: string; message: string }

/**
 * All that an expression can see; there is no way to anything else. Values are read, never changed, and must not change
 * while an expression is evaluated.
 */
export interface Scope {
  params: JsonObject
  /** The value of a context key; `undefined`: nobody set it. */
  ctx: (key: string) => JsonValue | undefined
  /** What became of a step so far; `undefined`: there is no such step. */
  steps: (name: string) => StepFacts | undefined
  /** The item of a `for_each` step, and its index. */
  item?: JsonValue
  index?: number
  run: { id: string; name: string; attempt: number; seed: number; time: string; failure?: RunFailure | null }
  /** The variables that the step is granted; a secret only for the request of an http step. */
  env: () => Readonly<Record<string, string>>
  /** Of a step of type `http`, where it says what becomes context. */
  response?: JsonValue
  /** Of a step of type `job`, there. */
  result?: JsonValue
  /** Told of each key, parameter and step that is read; `undefined`: it is not there. */
  onRead?: (root: ReadRoot, name: string, value: JsonValue | undefined) => void
}

export type ReadRoot = 'ctx' | 'params' | 'steps'

/** Names that an expression may begin with. */
export const ROOTS = ['params', 'ctx', 'steps', 'env', 'item', 'index', 'run', 'response', 'result'] as const
