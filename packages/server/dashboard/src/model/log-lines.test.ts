import { describe, expect, it } from 'vitest'
import { cutAtWords, findLines, LogLines } from './log-lines.ts'

const json = (text: string, step = 'a'): string => `${JSON.stringify({ step, attempt: 1, attempt_started_at: '2026-01-31T08:00:00.000Z', text })}\n`

describe('lines of logs', () => {
  it('come in pieces, without what colours a terminal', () => {
    const logs = new LogLines()
    const all = json('\u001b[31mred\u001b[0m alert') + json('two', 'b')
    for (const sign of all) logs.push(sign)
    expect(logs.lines).toEqual([{ step: 'a', attempt: 1, text: 'red alert' }, { step: 'b', attempt: 1, text: 'two' }])
  })

  it('are as a terminal shows them at last', () => {
    const logs = new LogLines()
    const shown = ['1%\r50%\r100%', 'done\r', '\r\r', '\u001b(B\u001b[mplain', '\u001b]8;;https://example.org/\u001b\\a link\u001b]8;;\u0007, \u001b[2Kcleared']
    for (const text of shown) logs.push(json(text))
    expect(logs.lines.map(({ text }) => text)).toEqual(['100%', 'done', '', 'plain', 'a link, cleared'])
  })

  it('are kept up to a number, the last ones', () => {
    const logs = new LogLines()
    logs.push(json('x').repeat(299_999))
    logs.push(json('y') + json('z'))
    expect(logs.lines).toHaveLength(300_000)
    expect(logs.dropped).toBe(1)
    expect(logs.lines.at(-1)!.text).toBe('z')
  })

  it('are found by all words that they hold', () => {
    const lines = ['Read 5 rows', 'wrote 5 ROWS', 'read nothing'].map((text) => ({ step: 'a', attempt: 1, text }))
    expect(findLines(lines, ' ')).toBeUndefined()
    expect(findLines(lines, 'rows')).toEqual([0, 1])
    expect(findLines(lines, 'READ row')).toEqual([0])
  })

  it('are cut where a word is to be marked', () => {
    expect(cutAtWords('read 5 rows, read', ['read', 'rows'])).toEqual(['', 'read', ' 5 ', 'rows', ', ', 'read', ''])
    expect(cutAtWords('abc', [])).toEqual(['abc'])
    expect(cutAtWords('abcd', ['ab', 'abc'])).toEqual(['', 'abc', 'd'])
    expect(cutAtWords('İ read', ['read'])).toEqual(['İ read'])
  })
})
