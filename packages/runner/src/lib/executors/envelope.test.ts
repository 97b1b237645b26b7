import { describe, expect, it } from 'vitest'
import { readEnvelope, readPrinted, shown } from './envelope.ts'
import { parseFloats, stringifyFloats } from './float-text.ts'
import { LineSplitter } from './line-splitter.ts'
import { Turns } from './python/python-turns.ts'
import { scriptArguments } from './shell/shell-arguments.ts'

const print = (text: string | Buffer, more: object = {}) => {
  const stdout = Buffer.from(text)
  return readPrinted({ stdout, stdoutBytes: stdout.length, exitCode: 0, signal: null, ...more })
}

describe('readPrinted', () => {
  it('takes one line, whatever blank ones are around it', () => {
    expect(print('\n \r\n{"status":"ok","outputs":["a"]}\r\n\n')).toEqual({ status: 'ok', outputs: ['a'] })
    expect(print('{"status":"ok"}')).toEqual({ status: 'ok', outputs: null })
  })

  it('keeps further fields as meta, and writes of `set`, with their floats', () => {
    expect(print('{"status":"ok","set":{"a.b_v1":1.0,"a.c_v1":[1,2e0],"a.d_v1":1},"n":1.5}')).toEqual({
      status: 'ok',
      outputs: null,
      writes: {
        'a.b_v1': { value: 1, floats: true },
        'a.c_v1': { value: [1, 2], floats: { 1: true } },
        'a.d_v1': { value: 1 },
      },
      meta: { n: 1.5 },
    })
  })

  it('lets no name of `set` reach a prototype', () => {
    const outcome = print('{"status":"ok","set":{"__proto__":{"x":1.0}}}')
    expect(Object.keys(outcome.status === 'ok' ? (outcome.writes ?? {}) : {})).toEqual(['__proto__'])
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  it.each([
    ['STEP_ENVELOPE_MISSING', '', {}, 'printed no line'],
    ['STEP_ENVELOPE_REPEATED', '{"status":"ok"}\nbye', {}, '2 lines on standard output, not one: {"status":"ok"} | bye'],
    ['STEP_ENVELOPE_REPEATED', 'a\nb', { stdoutBytes: 9 }, 'more than one line'],
    ['STEP_ENVELOPE_TOO_LONG', '{"a', { stdoutBytes: 9 }, 'a line of 9 bytes; an envelope has at most 3'],
    ['STEP_ENVELOPE_INVALID', 'hello', {}, 'is not JSON: hello'],
    ['STEP_ENVELOPE_INVALID', Buffer.from('{"status":"ok","x":"\xff"}', 'latin1'), {}, 'not UTF-8: {"status":"ok","x":"\ufffd"}'],
    ['STEP_ENVELOPE_INVALID', '[1]', {}, 'it is not an object: [1]'],
    ['STEP_ENVELOPE_INVALID', '{"status":"done"}', {}, '`status` is neither'],
    ['STEP_ENVELOPE_INVALID', '{"status":"ok","outputs":"a"}', {}, '`outputs` is not a list of texts'],
    ['STEP_ENVELOPE_INVALID', '{"status":"ok","set":[]}', {}, '`set` is not an object'],
    ['STEP_ENVELOPE_INVALID', '{"status":"error"}', {}, '`reason` is not a text'],
    ['STEP_ENVELOPE_CONTRADICTED', '{"status":"ok"}', { exitCode: 3 }, 'its exit code is 3'],
    ['STEP_ENVELOPE_CONTRADICTED', '{"status":"ok","exit_code":2}', {}, 'its exit code is 2'],
    ['STEP_FAILED', '', { exitCode: 3 }, 'ended with exit code 3'],
    ['STEP_FAILED', '', { exitCode: null, signal: 9 }, 'ended by SIGKILL'],
  ])('%s: %s', (code, text, more, message) => {
    expect(print(text, more)).toMatchObject({ status: 'error', error: { code, message: expect.stringContaining(message) } })
  })

  it('reports the error of an envelope with its exit code', () => {
    expect(print('{"status":"error","reason":"no rows","exit_code":2,"step":"x"}', { exitCode: 1 })).toEqual({
      status: 'error',
      error: { code: 'STEP_FAILED', message: 'no rows', exitCode: 2, details: { step: 'x' } },
    })
    expect(print('{"status":"error","reason":"no"}')).toMatchObject({ error: { exitCode: 1 } })
    expect(print('{"status":"error","reason":"no"}', { exitCode: 5 })).toMatchObject({ error: { exitCode: 5 } })
    expect(readEnvelope({ status: 'ok' }, '', null)).toEqual({ status: 'ok', outputs: null })
  })

  it('cuts long text', () => {
    expect(shown(Buffer.from('x'.repeat(600)))).toBe(`${'x'.repeat(500)}...`)
    expect(shown(Buffer.from('x'.repeat(5000)))).toHaveLength(503)
  })
})

describe('floats in text', () => {
  it.each([
    ['1.0', 1, true],
    ['[1,2]', [1, 2], undefined],
    ['[1.5]', [1.5], undefined],
    ['"1.0"', '1.0', undefined],
    ['{"a":{"b":[1.0,1]},"c":1}', { a: { b: [1, 1] }, c: 1 }, { a: { b: { 0: true } } }],
  ])('%s', (text, value, floats) => {
    expect(parseFloats(text)).toEqual({ value, floats })
    expect(stringifyFloats(parseFloats(text).value, parseFloats(text).floats)).toBe(text)
  })

  it('writes every number of what is marked as a whole', () => {
    expect(stringifyFloats({ a: [1, 2.5, null, 'x'], b: 1e21, c: 1e20 }, true)).toBe(
      '{"a":[1.0,2.5,null,"x"],"b":1e+21,"c":100000000000000000000.0}',
    )
  })
})

describe('scriptArguments', () => {
  it('passes lists as they are and maps as options', () => {
    expect(scriptArguments(undefined)).toEqual([])
    expect(scriptArguments(['a b', 1, true, null])).toEqual(['a b', '1', 'true', 'null'])
    expect(scriptArguments({ a: 'x', b: true, c: false, d: null, e: [1, 'y'], f: { g: 1 }, h: '' })).toEqual([
      ...['--a', 'x', '--b', '--e', '1', '--e', 'y', '--f', '{"g":1}', '--h', ''],
    ])
  })
})

it('LineSplitter joins pieces', () => {
  const lines = new LineSplitter()
  expect([lines.push('a'), lines.push('b'), lines.push('c\nd\n\ne'), lines.push('\n')]).toEqual([[], [], ['abc', 'd', ''], ['e']])
})

it('Turns lets one that wants to be alone be alone, in order', async () => {
  const turns = new Turns()
  const log: string[] = []
  expect([turns.take(false), turns.take(false)]).toEqual([undefined, undefined])
  const alone = turns.take(true)?.then(() => log.push('alone'))
  const last = turns.take(false)?.then(() => log.push('last'))
  turns.give()
  await Promise.resolve()
  expect(log).toEqual([])
  turns.give()
  await alone
  expect(log).toEqual(['alone'])
  turns.give()
  await last
  expect(log).toEqual(['alone', 'last'])
})
