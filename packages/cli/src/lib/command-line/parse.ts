import { closest } from '../closest.ts'
import { type ArgumentSpecs, type Command, GLOBAL_OPTIONS, type ParsedValues } from './command.ts'
import type { OptionSpec, OptionSpecs } from './option-spec.ts'
import { CliError, type CliErrorCode } from '../errors.ts'

type Specs = Pick<Command, 'arguments' | 'options'>
type Given = Map<string, string[]>

/**
 * Reads the words after a command's name. Options may stand anywhere; `--` ends them. Words that follow a list option
 * belong to it, but for those that a required argument would otherwise lack (`--only a b FILE`).
 *
 * An empty word is what an unset variable of a shell leaves: the empty beginning of an id would fit every run.
 * Throws CliError CLI_OPTION_UNKNOWN, CLI_OPTION_INVALID, CLI_ARGUMENT_MISSING, CLI_ARGUMENT_UNEXPECTED.
 */
export function parseWords(words: readonly string[], specs: Specs): ParsedValues {
  const options: OptionSpecs = { ...specs.options, ...GLOBAL_OPTIONS }
  const { given, positionals, extras } = sort(words, options)
  const placed = given.has('help') ? {} : place(positionals, extras, specs.arguments)
  const values = Object.entries(options).map(([name, spec]) => [name, valueOf(name, spec, given.get(name))] as const)
  return { arguments: placed, options: Object.fromEntries(values) }
}

/** A word that a list option took without being asked. */
interface Extra {
  word: string
  list: string[]
}

/** Tells options and their values from arguments. */
function sort(
  words: readonly string[],
  options: OptionSpecs,
): { given: Given; positionals: string[]; extras: Extra[] } {
  const given: Given = new Map()
  const positionals: string[] = []
  const extras: Extra[] = []
  const rest = [...words]
  let list: string[] | undefined
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      positionals.push(...rest)
      break
    }
    if (!word.startsWith('-') || word === '-') {
      if (list !== undefined) extras.push({ word, list })
      ;(list ?? positionals).push(word)
      continue
    }
    list = undefined
    for (const { name, spec, inline } of optionsOf(word, options)) {
      const values = given.get(name) ?? []
      given.set(name, values)
      if (spec.kind === 'flag') {
        if (inline !== undefined) throw invalid(name, `takes no value, but was given \`${inline}\``)
        values.push('')
        continue
      }
      const value = inline ?? takeValue(rest)
      if (value === undefined) throw invalid(name, `needs a value: --${name} ${labelOf(spec)}`)
      values.push(value)
      if (spec.kind === 'list') list = values
    }
  }
  return { given, positionals, extras }
}

/** The next word, unless it is an option itself (a negative number is not). */
function takeValue(rest: string[]): string | undefined {
  const next = rest[0]
  return next !== undefined && (!/^-./.test(next) || /^-\d/.test(next)) ? rest.shift() : undefined
}

/** `--name`, `--name=value`, `-x`, `-xvalue`, or several flags as `-xyz`. */
function optionsOf(word: string, options: OptionSpecs): { name: string; spec: OptionSpec; inline?: string }[] {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=')
    const name = word.slice(2, equals < 0 ? undefined : equals)
    const spec = Object.hasOwn(options, name) ? options[name] : undefined
    if (spec === undefined) throw unknown(`--${name}`, options)
    return [{ name, spec, ...(equals < 0 ? {} : { inline: word.slice(equals + 1) }) }]
  }
  const found: { name: string; spec: OptionSpec; inline?: string }[] = []
  for (let index = 1; index < word.length; index++) {
    const entry = Object.entries(options).find(([, spec]) => spec.short === word[index])
    if (entry === undefined) throw unknown(index === 1 ? word : `-${String(word[index])}`, options)
    const [name, spec] = entry
    const inline = word.slice(index + 1)
    if (spec.kind === 'flag') found.push({ name, spec })
    else return [...found, { name, spec, ...(inline === '' ? {} : { inline: inline.replace(/^=/, '') }) }]
  }
  return found
}

function valueOf(name: string, spec: OptionSpec, given: string[] | undefined): ParsedValues['options'][string] {
  const last = given?.at(-1)
  switch (spec.kind) {
    case 'flag':
      return given !== undefined
    case 'list':
      return listOf(name, given ?? [])
    case 'repeated':
      return given ?? []
    case 'text':
      if (last === '') throw invalid(name, 'is empty', undefined, UNSET)
      return last ?? spec.default
    case 'choice':
      if (last === undefined) return spec.default
      if (spec.choices.includes(last)) return last
      throw invalid(name, `is one of ${spec.choices.join(', ')}, not \`${last}\``, closest(last, spec.choices))
    case 'integer': {
      if (last === undefined) return spec.default
      const value = /^-?\d{1,15}$/.test(last) ? Number(last) : Number.NaN
      const { min, max = Infinity } = spec
      if (value >= min && value <= max) return value
      throw invalid(name, `is a whole number ${max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`}, not \`${last}\``)
    }
  }
}

function listOf(name: string, given: readonly string[]): string[] {
  const values = given.flatMap((value) => value.split(',')).map((value) => value.trim())
  if (values.includes('')) throw invalid(name, 'holds an empty name')
  return [...new Set(values)]
}

function place(positionals: string[], extras: Extra[], specs: ArgumentSpecs): ParsedValues['arguments'] {
  const entries = Object.entries(specs)
  const required = entries.filter(([, spec]) => spec.required)
  while (positionals.length < required.length) {
    const extra = extras.pop()
    if (extra === undefined) break
    extra.list.splice(extra.list.lastIndexOf(extra.word), 1)
    positionals.unshift(extra.word)
  }
  const missing = required[positionals.length]
  if (missing !== undefined) {
    const [, { label, summary }] = missing
    throw new CliError(
      'CLI_ARGUMENT_MISSING',
      `${label} is missing: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}.`,
    )
  }
  const rest = [...positionals]
  for (const [at, word] of positionals.entries()) {
    const [, spec] = entries[at] ?? entries.at(-1) ?? []
    if (word === '' && spec !== undefined && spec.mayBeEmpty !== true) throw new CliError('CLI_ARGUMENT_MISSING', `${spec.label} is empty.`, { fix: UNSET })
  }
  const values = Object.fromEntries(
    entries.map(([name, spec]) => [name, spec.many === true ? rest.splice(0) : rest.shift()]),
  )
  if (rest.length === 0) return values
  throw new CliError('CLI_ARGUMENT_UNEXPECTED', `\`${rest[0] ?? ''}\` is one argument too many.`)
}

function labelOf(spec: Exclude<OptionSpec, { kind: 'flag' }>): string {
  return spec.kind === 'choice' ? spec.choices.join('|') : spec.label
}

function unknown(word: string, options: OptionSpecs): CliError {
  const name = word.replace(/^-+/, '')
  const near = closest(name, Object.keys(options))
  const message = `there is no option \`${word}\` here.`
  if (near === undefined && options['param']?.kind === 'repeated' && word.startsWith('--')) {
    return new CliError('CLI_OPTION_UNKNOWN', message, { fix: `a parameter is given as \`-p ${name}=VALUE\`.` })
  }
  return usage('CLI_OPTION_UNKNOWN', message, near === undefined ? undefined : `--${near}`)
}

const UNSET = 'a variable of your shell may not be set.'

function invalid(name: string, what: string, near?: string, fix?: string): CliError {
  return usage('CLI_OPTION_INVALID', `--${name} ${what}.`, near, fix)
}

function usage(code: CliErrorCode, message: string, near: string | undefined, fix?: string): CliError {
  const how = near === undefined ? fix : `did you mean \`${near}\`?`
  return new CliError(code, message, how === undefined ? {} : { fix: how })
}
