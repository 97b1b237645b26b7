import { describe, expect, it } from 'vitest'
import { differences, nameOf, type Outcome } from './outcome-difference.ts'

function outcome(status: string, context: Record<string, string>, files: Record<string, string>): Outcome {
  const contents = Object.entries(files).map(([path, text]) => [path, { sha256: text, bytes: text.length }] as const)
  return { status, context: new Map(Object.entries(context)), files: new Map(contents) }
}

describe('what differs of two outcomes', () => {
  const was = outcome('completed', { 'a.b_v1': '1', 'a.c_v1': '2' }, { same: 'x', grew: 'x', other: 'x', gone: 'x' })

  it('is nothing where they are alike', () => {
    expect(differences(was, was)).toEqual([])
  })

  it('is the status, the keys and the files', () => {
    const is = outcome('failed', { 'a.b_v1': '3', 'a.d_v1': '4' }, { same: 'x', grew: 'xx', other: 'y', extra: 'z' })
    expect(differences(was, is)).toEqual([
      { kind: 'status', was: 'completed', is: 'failed' },
      { kind: 'key', key: 'a.b_v1', was: 1, is: 3 },
      { kind: 'key', key: 'a.c_v1', was: 2, is: null },
      { kind: 'key', key: 'a.d_v1', was: null, is: 4 },
      { kind: 'file', path: 'extra', how: 'extra' },
      { kind: 'file', path: 'gone', how: 'missing' },
      { kind: 'file', path: 'grew', how: 'more' },
      { kind: 'file', path: 'other', how: 'other' },
    ])
  })

  it('leaves out what is never the same', () => {
    const is = outcome('completed', { 'a.b_v1': '9', 'a.c_v1': '2' }, { same: 'x', grew: 'xx', other: 'x', gone: 'x' })
    expect(differences(was, is).map(nameOf)).toEqual(['key a.b_v1', 'file grew'])
    expect(differences(was, is, new Set(['key a.b_v1', 'file grew']))).toEqual([])
  })
})
