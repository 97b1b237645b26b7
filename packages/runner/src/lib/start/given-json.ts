import type { StartOptions } from '../api.ts'
import { RunnerError } from '../errors.ts'
import { isObject } from '../json-object.ts'
import type { JsonValue } from '../json.ts'
import { NotJson, ownJson } from './own-json.ts'
import { formatPath } from '../json-path.ts'

/** What of a run's options is journaled as it is given. */
const KEPT = ['params', 'request', 'origin', 'versions', 'recipe', 'parent', 'idempotency'] as const

/**
 * The options with the run's own copies of what its journal keeps: what it was given counts, whatever becomes of the caller's
 * objects later, and a value that JSON does not hold would make the journal unreadable. Throws PARAMS_INVALID, RUN_OPTION_INVALID.
 */
export function withOwnJson<Options extends Omit<StartOptions, 'signal'>>(options: Options): Options {
  let own: Options | undefined
  for (const name of KEPT) {
    if (options[name] !== undefined) Object.assign((own ??= { ...options }), { [name]: ownOption(name, options[name]) })
  }
  return own ?? options
}

/** A private copy of an option's value. Throws PARAMS_INVALID for `params`, else RUN_OPTION_INVALID. */
export function ownOption<Value extends JsonValue>(option: string, value: Value): Value {
  try {
    if (option !== 'request' && !isObject(value)) throw new NotJson('is not an object', [])
    return ownJson(value) as Value
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    throw option === 'params' ? invalidParams(error) : invalidOption(option, error)
  }
}

function invalidParams({ path, message }: NotJson): RunnerError {
  const problem = { name: String(path[0] ?? ''), ...(path.length > 1 && { path }), message: `\`${formatPath(path) || 'params'}\` ${message}` }
  return new RunnerError('PARAMS_INVALID', `The parameters cannot be kept: ${problem.message}.`, { details: { problems: [problem] } })
}

function invalidOption(option: string, { path, message }: NotJson): RunnerError {
  return new RunnerError('RUN_OPTION_INVALID', `\`${formatPath([option, ...path])}\` ${message}.`, { details: { option } })
}
