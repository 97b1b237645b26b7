import { expect, it } from 'vitest'
import { formsOf } from './secret-forms.ts'
import { SecretMask } from './secret-mask.ts'

const SECRET = 'pä ss+w/o"rd=7x\''
const mask = new SecretMask([SECRET])
const base64 = (text: string): string => Buffer.from(text).toString('base64')

it.each([
  ['a URL as it is requested', new URL(`http://h/${SECRET}/x`).href, 'http://h/***/x'],
  ['its query', new URL(`http://h/?t=${SECRET}&x=1`).href, 'http://h/?t=***&x=1'],
  ['a whole URL', encodeURI(`http://h/${SECRET}`), 'http://h/***'],
  ['a form', new URLSearchParams({ a: SECRET }).toString(), 'a=***'],
  ['a form of Python', 'a=p%C3%A4+ss%2Bw%2Fo%22rd%3D7x%27', 'a=***'],
  ['a path of Python', 'p%C3%A4%20ss%2Bw/o%22rd%3D7x%27', '***'],
  ['escapes in lower case', 'p%c3%a4%20ss%2bw%2fo%22rd%3d7x%27', '***'],
  ['JSON that is ASCII', String.raw`{"a": "p\u00e4 ss+w/o\"rd=7x'"}`, '{"a": "***"}'],
])('finds a secret in %s', (_, text, masked) => {
  expect(mask.text(text)).toBe(masked)
})

it.each(['', 'u', 'us', 'user:'])('finds a secret in the base64 of a longer text, after %j', (before) => {
  for (const after of ['', ':', '\u007f\u007f', '\u0000xyz']) {
    const text = base64(before + SECRET + after)
    expect(mask.finds(text)).toBe(true)
    expect(mask.finds(Buffer.from(before + SECRET + after).toString('base64url'))).toBe(true)
    // At most one character at each end is left of it, which holds some bits of what stands beside it, too.
    expect(text.length - mask.text(text).length).toBeGreaterThanOrEqual(Math.floor((Buffer.byteLength(SECRET) * 8) / 6) - 1 - '***'.length)
  }
})

it('looks for no base64 that ordinary text may hold by chance', () => {
  expect(new Set(formsOf('abcd'))).toEqual(new Set(['abcd', 'YWJjZA']))
})

it('takes nothing for a form that the parser of URLs resolved to something else', () => {
  expect(formsOf('/a/../..').filter((form) => form.length < 8)).toEqual([])
})
