import type { JsonValue } from './json-value.ts'

/** Every code that this package reports, with its meaning. `docs/errors.md` lists the same codes. */
export const CONTEXT_ERRORS = {
  CONTEXT_KEY_MALFORMED: 'A key is not `namespace.entity_vN` in lower snake case.',
  CONTEXT_KEY_RESERVED: 'A key or an author that belongs to the runner (`_runner`) was used by somebody else.',
  CONTEXT_NAME_FORBIDDEN: 'A key part or a field is named `__proto__`, `constructor` or `prototype`.',
  CONTEXT_AUTHOR_INVALID: 'A write does not say who makes it, or names its author, step or attempt in an unusable way.',
  CONTEXT_NOT_JSON: 'A value holds something that is not JSON, or that JSON cannot hold exactly.',
  CONTEXT_CYCLE: 'A value contains itself.',
  CONTEXT_TOO_DEEP: 'A value is nested deeper than the limit.',
  CONTEXT_TOO_LARGE: 'A value is larger than the limit for one value.',
  CONTEXT_TOO_MANY_KEYS: 'The context has reached its limit of keys.',
  CONTEXT_FULL: 'The values of the context, history included, have reached the limit of bytes in all.',
  CONTEXT_FLOATS_INVALID: 'The float marks of a write do not mirror its value.',
  CONTEXT_SHAPE: 'A value does not fit the shape that its key, at this version, already has.',
  CONTEXT_CONFLICT: 'Two steps that ran at the same time wrote the same key.',
  CONTEXT_STEP_CLOSED: 'A step wrote, or was committed, after its writes had been committed.',
  CONTEXT_STEP_FOREIGN: 'What was to be committed is not a step that this context began.',
  CONTEXT_JSON_INVALID: 'The input is not a context as `toJSON` writes it.',
  CONTEXT_OPTION_INVALID: 'An option of the context has a value that it cannot have.',
} as const

/** A code of CONTEXT_ERRORS. */
export type ContextErrorCode = keyof typeof CONTEXT_ERRORS

/** What a ContextError tells beside its code and message. */
export interface ContextErrorOptions {
  /** What the person can do about it. */
  fix?: string
  /** The context key at fault. */
  key?: string
  /** Where in the value the fault lies, as `$.rows[3].date`. */
  path?: string
  /** Facts for programs. */
  details?: { [name: string]: JsonValue }
  cause?: unknown
}

/** The one error class of this package: `code` for programs, `message` for people, `fix` where one is known. */
export class ContextError extends Error {
  override readonly name = 'ContextError'
  readonly code: ContextErrorCode
  readonly fix: string | undefined
  readonly key: string | undefined
  readonly path: string | undefined
  readonly details: { [name: string]: JsonValue } | undefined

  constructor(code: ContextErrorCode, message: string, options: ContextErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fix = options.fix
    this.key = options.key
    this.path = options.path
    this.details = options.details
  }
}
