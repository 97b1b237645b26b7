import { inspect } from 'node:util'
import { RunnerError } from './errors.ts'
import { isObject } from './json-object.ts'
import { suggest } from './suggest.ts'

/** A value that does not fit: of an option, or of a part of one (`executors[0].close`). */
export interface OptionFault {
  readonly option: string
  /** What it has to be: `a text`. */
  readonly wanted: string
  readonly value: unknown
}

/** Looks at a value that is given, under the name of its option. May throw a RunnerError that says more. */
export type OptionCheck = (value: unknown, option: string) => OptionFault | undefined

/** One for every option that there is. */
export type OptionChecks<Options> = { readonly [name in keyof Required<Options>]: OptionCheck }

/**
 * Throws RUN_OPTION_INVALID, with the option in `details.option`, for what is not an object, a name that is none (misspelt, it would
 * count for nothing), and the first value that does not fit. `whose` completes "the options of ...".
 */
export function checkOptions<Options>(whose: string, given: Options, checks: OptionChecks<Options>, needed: readonly (keyof Options & string)[] = []): undefined {
  if (!isObject(given)) throw new RunnerError('RUN_OPTION_INVALID', `The options of ${whose} are an object, not ${shown(given)}.`)
  for (const name of Object.keys(given)) {
    const value: unknown = given[name]
    if (!Object.hasOwn(checks, name)) throw unknownOption(whose, name, Object.keys(checks))
    const fault = value === undefined ? undefined : checks[name as keyof Options](value, name)
    if (fault) throw invalid(fault, needed.includes(name as keyof Options & string))
  }
  for (const name of needed) {
    const fault = given[name] === undefined ? checks[name](undefined, name) : undefined
    if (fault) throw invalid(fault, true)
  }
}

/** Throws RUN_OPTION_INVALID where a value that has to be given does not fit. */
export function checkGiven(name: string, value: unknown, check: OptionCheck): void {
  const fault = check(value, name)
  if (fault) throw invalid(fault, true)
}

export function fitting(wanted: string, fits: (value: unknown) => boolean): OptionCheck {
  return (value, option) => (fits(value) ? undefined : { option, wanted, value })
}

/** An object, of any class, that has these. */
export function withMethods(wanted: string, names: readonly string[]): OptionCheck {
  return (value, option) => {
    if (!isObject(value) || value instanceof Promise) return { option, wanted, value }
    const lacking = names.find((name) => typeof value[name] !== 'function')
    return lacking === undefined ? undefined : { option: `${option}.${lacking}`, wanted: 'a function', value: value[lacking] }
  }
}

export function withFields(wanted: string, fields: { readonly [field: string]: OptionCheck }): OptionCheck {
  return (value, option) => {
    if (!isObject(value)) return { option, wanted, value }
    for (const [field, check] of Object.entries(fields)) {
      const fault = check(value[field], `${option}.${field}`)
      if (fault) return fault
    }
    return undefined
  }
}

export function listOf(wanted: string, check: OptionCheck): OptionCheck {
  return (value, option) => {
    if (!Array.isArray(value)) return { option, wanted, value }
    for (const [at, item] of value.entries()) {
      const fault = check(item, `${option}[${at}]`)
      if (fault) return fault
    }
    return undefined
  }
}

function invalid({ option, wanted, value }: OptionFault, isNeeded: boolean): RunnerError {
  return new RunnerError('RUN_OPTION_INVALID', `\`${option}\` is ${wanted}, not ${shown(value)}.`, {
    fix: isNeeded ? 'Give one that is.' : 'Give one that is, or leave it out.',
    details: { option },
  })
}

function unknownOption(whose: string, option: string, names: readonly string[]): RunnerError {
  const meant = suggest(option, names)
  return new RunnerError('RUN_OPTION_INVALID', `${whose} has no option \`${option}\`.`, {
    fix: meant === undefined ? `It has ${names.map((name) => `\`${name}\``).join(', ')}.` : `Did you mean \`${meant}\`?`,
    details: { option },
  })
}

const shown = (value: unknown): string => inspect(value, { depth: 0, maxStringLength: 60 })
