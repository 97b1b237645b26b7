import { describe, expect, it } from 'vitest'
import { wordsOf } from './thrown-words.ts'

const because = (message: string, cause: unknown): Error => new Error(message, { cause })

describe('what was thrown, in words', () => {
  it.each<[string, unknown]>([
    ['outer: inner', because('outer', new Error('inner'))],
    ['one: two: three', because('one', because('two.', 'three'))],
    ['fetch failed: connect ECONNREFUSED ::1:9; connect ECONNREFUSED 127.0.0.1:9', because('fetch failed', new AggregateError([new Error('connect ECONNREFUSED ::1:9'), new Error('connect ECONNREFUSED 127.0.0.1:9')]))],
    ['All promises were rejected: down; 2; also down', new AggregateError([new Error('down'), 2, new Error('also down'), new Error('not told')], 'All promises were rejected')],
    ['both: down', new AggregateError([new Error('down'), new Error('down')], 'both')],
    ['only the gathered', new AggregateError([new Error('only the gathered')])],
  ])('tells what is behind it: %s', (words, thrown) => {
    expect(wordsOf(thrown)).toBe(words)
  })

  it('does not tell twice what the message holds already, nor what an error of lorc has said itself', () => {
    expect(wordsOf(because('cannot read a: no such file', new Error('no such file')))).toBe('cannot read a: no such file')
    const ours = Object.assign(because('no sink', new Error('ECONNREFUSED')), { name: 'EventError', code: 'EVENTS_UNDELIVERED' })
    expect(wordsOf(ours)).toBe('no sink')
  })

  it('ends with causes that lead in a circle', () => {
    const error = new Error('a')
    error.cause = because('b', error)
    expect(wordsOf(error)).toBe('a: b')
  })

  it.each<[string, unknown]>([
    ['text', 'text'],
    ['undefined', undefined],
    ['null', null],
    ["''", ''],
    ['{ a: 1 }', { a: 1 }],
    ['Symbol(s)', Symbol('s')],
    ['Error', new Error()],
    ['TypeError', new TypeError()],
    ['Error', Object.assign(new Error(), { name: undefined })],
    ["{ status: 404, body: 'no' }", Object.assign(new Error(), { message: { status: 404, body: 'no' } })],
    ['1n', Object.assign(new Error(), { message: 1n })],
    ['it threw something that cannot be read', Object.defineProperty(new Error(), 'message', { get: () => { throw new Error('in a getter') } })],
    ['it threw something that cannot be read', new Proxy({}, { getPrototypeOf: () => { throw new Error('in a trap') } })],
  ])('is a text, whatever was thrown: %s', (words, thrown) => {
    expect(wordsOf(thrown)).toBe(words)
  })
})
