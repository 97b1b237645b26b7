import { describe, expect, it } from 'vitest'
import type { ArgumentSpecs } from './command.ts'
import type { OptionSpecs } from './option-spec.ts'
import { CliError } from '../errors.ts'
import { parseWords } from './parse.ts'

const options = {
  only: { kind: 'list', label: 'STEP', summary: 's' },
  skip: { kind: 'list', label: 'STEP', summary: 's' },
  concurrency: { kind: 'integer', label: 'N', short: 'j', min: 1, summary: 's' },
  limit: { kind: 'integer', label: 'N', min: 1, default: 20, summary: 's' },
  port: { kind: 'integer', label: 'N', min: 0, max: 65_535, summary: 's' },
  name: { kind: 'text', label: 'NAME', summary: 's' },
  format: { kind: 'choice', choices: ['text', 'json'], default: 'text', summary: 's' },
  quiet: { kind: 'flag', short: 'q', summary: 's' },
  fast: { kind: 'flag', short: 'f', summary: 's' },
} as const satisfies OptionSpecs
const file = { file: { label: 'FILE', summary: 'The recipe', required: true } } as const satisfies ArgumentSpecs

function parse(line: string, args: ArgumentSpecs = file): ReturnType<typeof parseWords> {
  return parseWords(
    line.split(' ').filter((word) => word !== ''),
    { options, arguments: args },
  )
}

function refusal(line: string, args: ArgumentSpecs = file): string {
  try {
    parse(line, args)
  } catch (error) {
    if (error instanceof CliError)
      return `${error.code}: ${error.message}${error.fix === undefined ? '' : ` ${error.fix}`}`
  }
  return 'accepted'
}

describe('options', () => {
  it('have their defaults', () => {
    expect(parse('x').options).toMatchObject({ only: [], limit: 20, format: 'text', quiet: false, help: false })
    expect(parse('x').options['concurrency']).toBeUndefined()
  })

  it('stand before and after arguments, with = or a space, long or short', () => {
    const wanted = { concurrency: 3, name: 'n', quiet: true }
    expect(parse('--concurrency 3 x --name=n -q').options).toMatchObject(wanted)
    expect(parse('-j3 -q x --name n').options).toMatchObject(wanted)
    expect(parse('-qj 3 --name n x').options).toMatchObject(wanted)
    expect(parse('-qfj=3 --name n x').options).toMatchObject({ ...wanted, fast: true })
  })

  it('take the last of several values', () => {
    expect(parse('x --name a --name b').options).toMatchObject({ name: 'b' })
  })

  it.each([0, 65_535])('take a number that is just within its bounds: %i', (port) => {
    expect(parse(`x --port ${port}`).options).toMatchObject({ port })
  })

  it('keep = in a value', () => {
    expect(parse('x --name=a=b').options).toMatchObject({ name: 'a=b' })
  })

  it('end at --', () => {
    expect(parse('-- --odd')).toMatchObject({ arguments: { file: '--odd' } })
  })

  it('is told how parameters are given, where there are any', () => {
    const withParams = { ...options, param: { kind: 'repeated', label: 'NAME=VALUE', short: 'p', summary: 's' } } as const
    expect(() => parseWords(['x', '--days', '3'], { options: withParams, arguments: file })).toThrow(
      expect.objectContaining({ code: 'CLI_OPTION_UNKNOWN', fix: 'a parameter is given as `-p days=VALUE`.' }),
    )
    expect(() => parseWords(['x', '-d'], { options: withParams, arguments: file })).toThrow(expect.objectContaining({ fix: undefined }))
  })

  it.each([
    ['x --onyl a', 'CLI_OPTION_UNKNOWN: there is no option `--onyl` here. did you mean `--only`?'],
    ['x --zzzzzz', 'CLI_OPTION_UNKNOWN: there is no option `--zzzzzz` here.'],
    ['x --constructor', 'CLI_OPTION_UNKNOWN: there is no option `--constructor` here.'],
    ['x -z', 'CLI_OPTION_UNKNOWN: there is no option `-z` here.'],
    ['x -qz', 'CLI_OPTION_UNKNOWN: there is no option `-z` here.'],
    ['x --name', 'CLI_OPTION_INVALID: --name needs a value: --name NAME.'],
    ['x --name --quiet', 'CLI_OPTION_INVALID: --name needs a value: --name NAME.'],
    ['x --format', 'CLI_OPTION_INVALID: --format needs a value: --format text|json.'],
    ['x --format jsn', 'CLI_OPTION_INVALID: --format is one of text, json, not `jsn`. did you mean `json`?'],
    ['x --quiet=yes', 'CLI_OPTION_INVALID: --quiet takes no value, but was given `yes`.'],
    ['x -j many', 'CLI_OPTION_INVALID: --concurrency is a whole number of at least 1, not `many`.'],
    ['x -j -1', 'CLI_OPTION_INVALID: --concurrency is a whole number of at least 1, not `-1`.'],
    ['x --port 65536', 'CLI_OPTION_INVALID: --port is a whole number from 0 to 65535, not `65536`.'],
    ['x -j 1.5', 'CLI_OPTION_INVALID: --concurrency is a whole number of at least 1, not `1.5`.'],
    ['x --name=', 'CLI_OPTION_INVALID: --name is empty. a variable of your shell may not be set.'],
    ['x --only a,,b', 'CLI_OPTION_INVALID: --only holds an empty name.'],
  ])('%s is refused', (line, message) => {
    expect(refusal(line)).toBe(message)
  })
})

describe('lists', () => {
  it.each([
    ['x --only a b', ['a', 'b']],
    ['x --only a,b', ['a', 'b']],
    ['x --only a --only b', ['a', 'b']],
    ['x --only a,b c --skip d --only e', ['a', 'b', 'c', 'e']],
    ['x --only a a', ['a']],
    ['--only a b x', ['a', 'b']],
    ['--only a x', ['a']],
    ['--only a,b x', ['a', 'b']],
  ])('%s', (line, only) => {
    expect(parse(line)).toMatchObject({ options: { only }, arguments: { file: 'x' } })
  })

  it('lend an argument only words that they took by themselves', () => {
    expect(parse('--only a x --skip b').options).toMatchObject({ only: ['a'], skip: ['b'] })
    expect(refusal('--only a --only b')).toContain('CLI_ARGUMENT_MISSING')
  })
})

describe('arguments', () => {
  const many = { files: { label: 'FILE', summary: 'Recipes', required: true, many: true } } as const
  const two = {
    run: { label: 'RUN', summary: 'A run', required: true },
    step: { label: 'STEP', summary: 'A step', required: false },
  } as const

  it('are not empty, unless they may be', () => {
    const given = (args: ArgumentSpecs) => () => parseWords(['r', ''], { options, arguments: args })
    for (const args of [two, many, file]) expect(given(args)).toThrow(/^(STEP|FILE) is empty\.$|^`` is one argument too many\.$/)
    expect(given({ words: { ...many.files, mayBeEmpty: true } })().arguments).toEqual({ words: ['r', ''] })
  })

  it('are placed in order', () => {
    expect(parse('r', two).arguments).toEqual({ run: 'r', step: undefined })
    expect(parse('r s', two).arguments).toEqual({ run: 'r', step: 's' })
    expect(parse('a b c', many).arguments).toEqual({ files: ['a', 'b', 'c'] })
    expect(parse('-', many).arguments).toEqual({ files: ['-'] })
  })

  it('may be missing beside --help', () => {
    expect(parse('--help').options).toMatchObject({ help: true })
  })

  it('that are missing or too many are refused', () => {
    expect(refusal('')).toBe('CLI_ARGUMENT_MISSING: FILE is missing: the recipe.')
    expect(refusal('', many)).toContain('CLI_ARGUMENT_MISSING')
    expect(refusal('a b')).toBe('CLI_ARGUMENT_UNEXPECTED: `b` is one argument too many.')
  })
})
