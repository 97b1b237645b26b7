import { describe, expect, it } from 'vitest'
import { SecretMask } from './secret-mask.ts'

const SECRET = 's3cr3t/+"va\\lue'
const mask = new SecretMask([SECRET])

function inPieces(text: string, size: number, of = mask): string {
  const stream = of.stream()
  const bytes = Buffer.from(text)
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) out.push(stream.push(bytes.subarray(at, at + size)))
  return Buffer.concat([...out, stream.end()]).toString()
}

describe('SecretMask', () => {
  it.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify({ a: SECRET }).slice(6, -2)],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in base64', Buffer.from(SECRET).toString('base64').replace(/=*$/, '')],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
  ])('finds a secret %s', (_, form) => {
    expect(mask.finds(`a ${form} b`)).toBe(true)
    expect(mask.text(`a ${form} b${form}`)).toBe('a *** b***')
  })

  it('finds the lines of a secret of several, but no short ones', () => {
    const key = new SecretMask(['-----BEGIN-----\nabcdefgh\r\nxyz\n-----END-----'])
    expect(key.text('> -----BEGIN-----\n> abcdefgh\n> xyz\n> -----END-----')).toBe('> ***\n> ***\n> xyz\n> ***')
    expect(key.text('a -----BEGIN-----\nabcdefgh\r\nxyz\n-----END----- b')).toBe('a *** b')
  })

  it('leaves alone what is too short to be told from ordinary text, and text without secrets', () => {
    expect(new SecretMask(['abc', '']).text('abc')).toBe('abc')
    expect(new SecretMask([]).text('anything')).toBe('anything')
    expect(mask.finds('s3cr3t')).toBe(false)
  })

  it('takes the longer one of two secrets that begin alike', () => {
    const both = new SecretMask(['token', 'token-of-mine'])
    expect(both.text('token token-of-mine token-of')).toBe('*** *** ***-of')
    expect(inPieces('token token-of-mine token-of', 3, both)).toBe('*** *** ***-of')
  })

  it('masks the first of two that overlap', () => {
    expect(inPieces('xabcd abcdef', 3, new SecretMask(['xabc', 'bcde']))).toBe('***d a***f')
  })

  it.each([1, 2, 3, 5, 8, 13, 64])('masks what comes in pieces of %d bytes', (size) => {
    const text = `é ${SECRET} and ${SECRET.slice(0, -1)} and ${SECRET}${SECRET} s3 ${SECRET.slice(0, 5)}`
    expect(inPieces(text, size)).toBe(text.replaceAll(SECRET, '***'))
  })

  it('holds back only what may be the beginning of a secret', () => {
    const stream = mask.stream()
    expect(stream.push(Buffer.from('Password: ')).toString()).toBe('Password: ')
    expect(stream.push(Buffer.from('next s3cr')).toString()).toBe('next ')
    expect(stream.push(Buffer.from('ew')).toString()).toBe('s3crew')
    expect(stream.push(Buffer.from('s3cr')).toString()).toBe('')
    expect(stream.end().toString()).toBe('s3cr')
    expect(stream.end().toString()).toBe('')
  })

  it('leaves bytes that are not text as they are', () => {
    const bytes = Buffer.from([0xff, 0x00, ...Buffer.from(SECRET), 0xfe])
    expect(mask.bytes(bytes)).toEqual(Buffer.from([0xff, 0x00, ...Buffer.from('***'), 0xfe]))
    const umlauts = new SecretMask(['Schlüssel'])
    expect(inPieces('der Schlüssel, Schl', 1, umlauts)).toBe('der ***, Schl')
  })
})
