import { describe, expect, it } from 'vitest'
import { reasonOf } from './answer-reason.ts'
import { readEnvelope } from './envelope.ts'

const HASH = 'a'.repeat(64)

describe('readEnvelope', () => {
  it.each(['ok', 'success', 'completed', 'OK'])('takes the status %s', (status) => {
    expect(readEnvelope({ status, module: 'm', outputs: { a: 1 } }, 'm')).toEqual({ status: 'ok', outputs: { a: 1 }, artifacts: [], evidence: undefined })
  })

  it('reads both spellings', () => {
    expect(readEnvelope({ status: 'ok', module_name: 'm', output: { a: 1 }, evidence: ['b'] }, 'm')).toMatchObject({ status: 'ok', outputs: { a: 1 }, evidence: ['b'] })
    const both = { status: 'ok', module: 'm', module_name: 'n', outputs: { a: 1 }, output: { a: 2 } }
    expect(readEnvelope(both, 'm')).toMatchObject({ status: 'ok', outputs: { a: 1 } })
  })

  it('tells artifacts apart', () => {
    const artifacts = ['a.txt', { name: 'b.txt', content: 'x' }, { name: 'c.json', content: null }, { url: '/d.txt' }, { path: 'e.txt', hash: `sha256:${HASH}` }]
    const envelope = readEnvelope({ status: 'ok', module: 'm', outputs: {}, artifacts }, 'm')
    expect(envelope.status === 'ok' && envelope.artifacts.map(({ kind }) => kind)).toEqual(['name', 'inline', 'inline', 'url', 'path'])
  })

  it.each([
    ['no object', [1], '`$`: it must be an object'],
    ['no status', { module: 'm', outputs: {} }, '`$.status`: it is missing'],
    ['a status that is not text', { status: 200, module: 'm', outputs: {} }, '`$.status`: it must be a text'],
    ['no module', { status: 'ok', outputs: {} }, 'names no `module`'],
    ['another module', { status: 'ok', module: 'n', outputs: {} }, 'of the module `n`'],
    ['no outputs', { status: 'ok', module: 'm' }, 'no `outputs`'],
    ['outputs that are a list', { status: 'ok', module: 'm', outputs: [] }, '`$.outputs`: it has to be an object'],
    ['an artifact without content', { status: 'ok', module: 'm', outputs: {}, artifacts: [{ name: 'a' }] }, '`$.artifacts.0`: it is neither'],
    ['a path without hash', { status: 'ok', module: 'm', outputs: {}, artifacts: [{ path: 'a' }] }, '`$.artifacts.0`'],
    ['a hash that is none', { status: 'ok', module: 'm', outputs: {}, artifacts: [{ path: 'a', hash: 'x' }] }, '`$.artifacts.0`'],
  ])('says what is wrong: %s', (_, body, reason) => {
    expect(readEnvelope(body, 'm')).toEqual({ status: 'wrong', reason: expect.stringContaining(reason) as string })
  })

  it('knows a failure whatever else the answer holds', () => {
    expect(readEnvelope({ status: 'error', outputs: 7, error: 'No figures.' }, 'm')).toEqual({ status: 'failed', reason: 'No figures' })
    expect(readEnvelope({ status: 'rejected' }, 'm')).toEqual({ status: 'failed', reason: 'its status is `rejected`' })
  })
})

it('finds why something failed in the usual places', () => {
  expect(reasonOf({ error: { message: 'a' } })).toBe('a')
  expect(reasonOf({ error: { code: 7 }, detail: 'b' })).toBe('b')
  expect(reasonOf({ error: { error: { error: { error: 'too far' } } } })).toBeUndefined()
  expect(reasonOf({ detail: [{ loc: ['body', 'inputs', 'country'], msg: 'Field required' }, { msg: 'c' }, 7] })).toBe('body.inputs.country: Field required; c')
  expect(reasonOf({ detail: [7, []] })).toBeUndefined()
  expect(reasonOf({ error: 'x'.repeat(1000) })).toHaveLength(500)
})
