import { checkWho } from './author.ts'
import { ContextError } from './errors.ts'
import { copyFloats } from './float-marks.ts'
import { copyJson } from './json-check.ts'
import type { FloatMarks, JsonValue } from './json-value.ts'
import { isRunnerKey, nextVersion, parseKey, RUNNER } from './key.ts'
import type { ContextLimits } from './limits.ts'
import { fit } from './shape-fit.ts'
import { shapeOf } from './shape-of.ts'
import type { Shape } from './shape.ts'

/** A write that keeps every rule that can be told from the write alone. Its parts are private copies, frozen. */
export interface StagedWrite {
  readonly key: string
  readonly value: JsonValue
  readonly bytes: number
  readonly who: string
  readonly floats: FloatMarks | undefined
}

/**
 * Checks key, author, value and float marks. Throws ContextError: CONTEXT_KEY_*, CONTEXT_AUTHOR_INVALID,
 * CONTEXT_NOT_JSON and what else copyJson and copyFloats throw, each with the key.
 */
export function stageWrite(
  key: string,
  value: unknown,
  by: { who: unknown; floats?: unknown },
  limits: Readonly<ContextLimits>,
): StagedWrite {
  parseKey(key, limits.keyLength)
  const who = checkWho(by.who)
  if (isRunnerKey(key) && who !== RUNNER) {
    throw new ContextError('CONTEXT_KEY_RESERVED', `The key ${key} belongs to the runner; ${who} may not write it`, {
      key,
      fix: 'Choose another namespace.',
    })
  }
  try {
    const copy = copyJson(value, limits, by.floats)
    const floats = by.floats === undefined ? undefined : copyFloats(by.floats, copy.value)
    return { key, value: copy.value, bytes: copy.bytes, who, floats }
  } catch (error) {
    throw error instanceof ContextError ? withKey(error, key) : error
  }
}

/**
 * The shape of a key after a write. The first write gives the key its shape; what comes after has to fit, else
 * CONTEXT_SHAPE is thrown, which proposes the next version. The runner's own keys are exempt: they are objects whose
 * keys are the names of steps, and grow.
 */
export function shapeAfter(current: Shape | undefined, write: Pick<StagedWrite, 'key' | 'value'>): Shape {
  const { key, value } = write
  if (current === undefined || isRunnerKey(key)) return shapeOf(value)
  const result = fit(current, value)
  if ('shape' in result) return result.shape
  const { path, change, reason } = result.mismatch
  const next = nextVersion(key)
  const hint = change === 'type' ? '' : ' Where the names of fields are data, write a list of { name, value } objects.'
  throw new ContextError('CONTEXT_SHAPE', `${key} has one shape and this value departs from it: ${path} ${reason}`, {
    key,
    path,
    fix: `Write ${next} for the new shape and keep ${key} for its readers.${hint}`,
    details: { next, change, reason },
  })
}

function withKey(error: ContextError, key: string): ContextError {
  return new ContextError(error.code, `${key}: ${error.message}`, {
    key,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.details === undefined ? {} : { details: error.details }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  })
}
