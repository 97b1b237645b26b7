import { checkJson } from '@lorc/context'
import { inspect } from 'node:util'
import { RunnerError } from '../../errors.ts'
import type { RecordedError } from '../../events.ts'
import type { AttemptOutcome } from '../../executor.ts'
import type { JsonObject } from '../../json.ts'
import { isTexts } from '../../json-object.ts'
import { importAdvice } from './import-advice.ts'
import { wordsOf } from '../thrown-words.ts'

const DONE: AttemptOutcome = { status: 'ok', outputs: null }

/** What a Node scriptlet's return value says: nothing, or an envelope. Anything else is STEP_RETURN_INVALID. */
export function outcomeOf(value: unknown): AttemptOutcome {
  if (value === undefined) return DONE
  if (typeof value !== 'object' || value === null) return invalid(value, 'it is neither nothing nor an envelope')
  const { status, outputs, reason, exit_code: exitCode, ...rest } = value as Record<string, unknown>
  let meta: JsonObject
  try {
    meta = checkJson(rest) as JsonObject
  } catch (error) {
    return invalid(value, `its fields are kept, and one is not JSON: ${(error as Error).message}`)
  }
  if (status === 'ok') return succeeded(value, outputs, exitCode, meta)
  if (status === 'error') return reportedFailure(value, reason, exitCode, meta)
  return invalid(value, '`status` is neither `ok` nor `error`')
}

function succeeded(value: unknown, outputs: unknown, exitCode: unknown, meta: JsonObject): AttemptOutcome {
  if (exitCode !== undefined && exitCode !== 0) return invalid(value, '`status` is `ok`, yet `exit_code` is not 0')
  if (outputs !== undefined && !isTexts(outputs)) return invalid(value, '`outputs` is not a list of texts')
  return { status: 'ok', outputs: outputs ?? null, ...(Object.keys(meta).length > 0 && { meta }) }
}

function reportedFailure(value: unknown, reason: unknown, exitCode: unknown, meta: JsonObject): AttemptOutcome {
  if (typeof reason !== 'string' || reason === '') return invalid(value, '`reason` is not a text')
  if (exitCode !== undefined && (!Number.isInteger(exitCode) || exitCode === 0)) {
    return invalid(value, '`exit_code` is not an integer other than 0')
  }
  const error: RecordedError = {
    code: 'STEP_FAILED',
    message: reason,
    exitCode: (exitCode as number | undefined) ?? 1,
    ...(Object.keys(meta).length > 0 && { details: meta }),
  }
  return { status: 'error', error }
}

function invalid(value: unknown, why: string): AttemptOutcome {
  const error: RecordedError = {
    code: 'STEP_RETURN_INVALID',
    message: `The scriptlet returned ${shown(value)}: ${why}.`,
    fix: "Return nothing, or { status: 'ok', outputs: [...] }; hand values on with ctx.set(key, value).",
  }
  return { status: 'error', error }
}

/** A value as a sentence can hold it. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 2, breakLength: Infinity, maxArrayLength: 5, maxStringLength: 100 }).slice(0, 300)
}

/**
 * What something thrown by user code is recorded as: a refusal of the context as STEP_CONTEXT_REFUSED, the runner's own
 * errors as they are, the rest as STEP_FAILED. A `code` of the user's error that is a text is kept as `details.code`.
 */
export function failureOf(thrown: unknown): RecordedError {
  try {
    return thrown instanceof RunnerError ? recorded(thrown) : failed(thrown)
  } catch {
    // A getter of it throws, or the trap of a proxy.
    return { code: 'STEP_FAILED', message: wordsOf(thrown) }
  }
}

function failed(thrown: unknown): RecordedError {
  const facts = typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>) : {}
  const details: JsonObject = {}
  for (const name of ['code', 'key', 'path']) if (typeof facts[name] === 'string') details[name] = facts[name]
  const refused = facts.name === 'ContextError' && typeof details.code === 'string' && details.code.startsWith('CONTEXT_')
  // Of a module that was imported late.
  const fix = typeof facts.code === 'string' && facts.code.startsWith('ERR_') ? importAdvice(thrown) : undefined
  return {
    code: refused ? 'STEP_CONTEXT_REFUSED' : 'STEP_FAILED',
    message: wordsOf(thrown),
    ...(typeof facts.fix === 'string' ? { fix: facts.fix } : fix !== undefined && { fix }),
    ...(Object.keys(details).length > 0 && { details }),
  }
}

export function recorded(error: RunnerError): RecordedError {
  const { code, message, fix, details } = error
  return { code, message, ...(fix !== undefined && { fix }), ...(details && { details }) }
}
