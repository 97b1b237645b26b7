import { describe, expect, it, vi } from 'vitest'
import { bytes, count, duration, timestamp } from './quantity.ts'
import { createStyle, wantsColor } from './style.ts'
import { table } from './table.ts'
import { displayWidth, oneLine, padEnd, truncate, wrap } from './text.ts'
import { fakeOutput } from '../fake-io.fixture.ts'

describe('text', () => {
  it('is wrapped at spaces', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three'])
    expect(wrap('enormous word', 4)).toEqual(['enormous', 'word'])
    expect(wrap('a\nb', 80)).toEqual(['a', 'b'])
    expect(wrap('', 80)).toEqual([''])
  })

  it('is wrapped by what is shown of it', () => {
    expect(wrap('\x1b[31mone\x1b[0m two three', 8)).toEqual(['\x1b[31mone\x1b[0m two', 'three'])
    expect(wrap('日本 日本 a', 9)).toEqual(['日本 日本', 'a'])
  })

  it('is wrapped in time that grows with its length, where lines have no bound', () => {
    const read = vi.spyOn(RegExp.prototype, 'test')
    wrap('ab '.repeat(1000), Infinity)
    const characters = read.mock.calls.reduce((sum, [text]) => sum + text.length, 0)
    read.mockRestore()
    expect(characters).toBeLessThan(10_000)
  })

  it('is measured as a terminal shows it', () => {
    expect(displayWidth('abc')).toBe(3)
    expect(displayWidth('\x1b[31mabc\x1b[0m')).toBe(3)
    expect(displayWidth('日本')).toBe(4)
    expect(displayWidth('🎉é')).toBe(3)
    expect(displayWidth('e\u0301')).toBe(1)
  })

  it('is cut to a width', () => {
    expect(truncate('abcdef', 6)).toBe('abcdef')
    expect(truncate('abcdef', 4)).toBe('abc…')
    expect(truncate('日本語', 4)).toBe('日…')
    expect(truncate('abc', 0)).toBe('')
    expect(padEnd('日', 4)).toBe('日  ')
  })

  it('of unknown origin cannot move the cursor', () => {
    expect(oneLine('a\x1b[2Jb\nc\x07d  ')).toBe('ab c d')
  })
})

describe('quantities', () => {
  it.each([
    [0, '0ms'],
    [-5, '0ms'],
    [999, '999ms'],
    [1234, '1.2s'],
    [59_999, '1m 00s'],
    [185_000, '3m 05s'],
    [7_620_000, '2h 07m'],
  ])('%i ms is %s', (ms, shown) => {
    expect(duration(ms)).toBe(shown)
  })

  it('are bytes, counts and times', () => {
    expect([512, 1536, 5 * 1024 ** 3, 3000 * 1024 ** 4].map(bytes)).toEqual([
      '512 B',
      '1.5 KiB',
      '5.0 GiB',
      '3000.0 TiB',
    ])
    expect([count(1, 'step'), count(2, 'step')]).toEqual(['1 step', '2 steps'])
    expect(timestamp(Date.UTC(2026, 0, 9, 12, 34, 56))).toMatch(/^2026-01-\d\d \d\d:\d\d:56$/)
  })
})

describe('colours', () => {
  const tty = fakeOutput(true)
  const pipe = fakeOutput(false)
  it.each([
    [{}, tty, false, true],
    [{}, pipe, false, false],
    [{}, tty, true, false],
    [{ NO_COLOR: '1' }, tty, false, false],
    [{ NO_COLOR: '' }, tty, false, true],
    [{ FORCE_COLOR: '1' }, pipe, false, true],
    [{ FORCE_COLOR: '0' }, tty, false, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, pipe, false, true],
    [{ FORCE_COLOR: '1' }, pipe, true, false],
    [{ TERM: 'dumb' }, tty, false, false],
  ])('%j', (env, stream, option, wanted) => {
    expect(wantsColor(env, stream, option)).toBe(wanted)
  })
})

it('a table has columns as wide as they must be', () => {
  const rows = [
    [{ text: 'x' }, { text: '日本' }, { text: 'end' }],
    [{ text: 'longer', paint: (text: string) => `<${text}>` }, { text: '' }, { text: '' }],
  ]
  expect(table(['A', 'B', 'C'], rows, createStyle(false)).split('\n')).toEqual([
    'A       B     C',
    'x       日本  end',
    '<longer>',
  ])
})
