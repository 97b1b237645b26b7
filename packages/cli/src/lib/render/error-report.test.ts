import { describe, expect, it } from 'vitest'
import { ContextError } from '@lorc/context'
import { RunnerError } from '@lorc/runner'
import { CliError, RecipeRefused } from '../errors.ts'
import { fakeIo } from '../fake-io.fixture.ts'
import { errorParagraph, location, reportOf } from './error-report.ts'
import { showError } from './show-error.ts'
import { createStyle } from './style.ts'

const plain = createStyle(false)

function paragraph(error: unknown, columns = 80, debug = false): string {
  return errorParagraph(reportOf(error), plain, columns, debug)
}

describe('reportOf', () => {
  it('takes coded errors of every family as they are', () => {
    expect(reportOf(new RunnerError('RUN_HELD', 'held', { fix: 'wait' }))).toMatchObject({
      code: 'RUN_HELD',
      message: 'held',
      fix: 'wait',
    })
    expect(reportOf(new ContextError('CONTEXT_KEY_MALFORMED', 'bad key'))).toMatchObject({
      code: 'CONTEXT_KEY_MALFORMED',
    })
    expect(reportOf(new CliError('CLI_KEY_UNKNOWN', 'm', { footer: 'f' }))).toMatchObject({
      code: 'CLI_KEY_UNKNOWN',
      footer: 'f',
    })
  })

  it('takes anything else for a fault of its own', () => {
    for (const thrown of [
      new TypeError('x is undefined'),
      Object.assign(new Error('x is undefined'), { code: 'ENOENT' }),
      'x is undefined',
    ]) {
      expect(reportOf(thrown)).toMatchObject({ code: 'CLI_INTERNAL', message: 'lorc itself failed: x is undefined' })
    }
    const nameless = Object.assign(new Error('m'), { name: 'RunnerError' })
    expect(reportOf(nameless).code).toBe('CLI_INTERNAL')
  })
})

describe('errorParagraph', () => {
  it('is harmless for a terminal, whatever a step printed', () => {
    const error = new RunnerError('STEP_FAILED', 'it said \x1b[2Jnow\x00boo\r\nand more', { fix: 'no \x1b]0;title\x07' })
    expect(paragraph(error)).toBe('error[STEP_FAILED]: it said now boo \nand more\nfix: no \n')
  })

  it('is a sentence with its code, and the fix', () => {
    expect(paragraph(new CliError('CLI_KEY_UNKNOWN', 'no such key.', { fix: 'name another.' }))).toBe(
      'error[CLI_KEY_UNKNOWN]: no such key.\nfix: name another.\n',
    )
  })

  it('is wrapped for a terminal', () => {
    const lines = paragraph(new CliError('CLI_KEY_UNKNOWN', 'word '.repeat(40).trim()), 40).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40)
  })

  it('lists problems with their places and fixes, and the footer', () => {
    const problems = [
      { code: 'X', message: 'wrong', file: 'f.yaml', line: 3, column: 5, fix: 'right' },
      { code: 'X', message: 'worse' },
    ]
    expect(paragraph(new CliError('CLI_CONFIG_INVALID', 'problems:', { problems, footer: 'usage: x' }))).toBe(
      'error[CLI_CONFIG_INVALID]: problems:\n  - f.yaml:3:5: wrong (right)\n  - worse\nusage: x\n',
    )
  })

  it('says by which option a parameter is given, of one and of several', () => {
    const missing = (name: string) => ({ name, message: `\`${name}\` is missing`, missing: true, fix: 'give it in `params`' })
    const refused = (...problems: ReturnType<typeof missing>[]) => paragraph(new RunnerError('PARAMS_INVALID', 'They do not fit', { details: { problems } }))
    expect(refused(missing('a'))).toBe('error[PARAMS_INVALID]: They do not fit\nfix: give it: --param a=...\n')
    expect(refused(missing('a'), missing('b'))).toBe(
      'error[PARAMS_INVALID]: They do not fit\n  - `a` is missing (give it: --param a=...)\n  - `b` is missing (give it: --param b=...)\nfix: give it: --param a=...\n',
    )
  })

  it('shows recipes as the compiler shows them', () => {
    const problem = { code: 'RECIPE_CYCLE', message: 'a waits for itself', fix: 'cut it' }
    expect(paragraph(new RecipeRefused('r.yaml has 1 problem', [problem], () => '<excerpt>'))).toBe(
      '<excerpt>\n\nerror[RECIPE_CYCLE]: r.yaml has 1 problem\n',
    )
    expect(paragraph(new RecipeRefused('no such file', [problem], () => ''))).toBe(
      'error[RECIPE_CYCLE]: no such file\nfix: cut it\n',
    )
  })

  it('has a stack, with causes, for --debug alone', () => {
    const error = new RunnerError('RUN_INTERNAL', 'm', { cause: new Error('the cause') })
    expect(paragraph(error)).not.toContain('    at ')
    expect(paragraph(error, 80, true)).toMatch(/ {4}at [^]*caused by Error: the cause/)
  })

  it('is coloured for a terminal', () => {
    expect(
      errorParagraph(reportOf(new CliError('CLI_KEY_UNKNOWN', 'm', { fix: 'f' })), createStyle(true), 80, false),
    ).toContain('\x1b[31m')
  })
})

it('a place is as precise as is known', () => {
  expect(location({ code: '', message: '', file: 'f' })).toBe('f')
  expect(location({ code: '', message: '', file: 'f', line: 1 })).toBe('f:1')
  expect(location({ code: '', message: '', file: 'f', column: 4 })).toBe('f')
})

it('an error is a JSON line where the log is JSON', () => {
  const io = fakeIo()
  const problems = [{ code: 'X', message: 'wrong' }]
  showError(reportOf(new CliError('CLI_CONFIG_INVALID', 'm', { fix: 'f', problems })), {
    io,
    style: plain,
    debug: true,
    json: true,
  })
  expect(JSON.parse(io.stderr.text)).toMatchObject({
    level: 'error',
    code: 'CLI_CONFIG_INVALID',
    message: 'm',
    fix: 'f',
    errors: problems,
    run_id: null,
    stack: expect.any(String) as string,
  })
})
