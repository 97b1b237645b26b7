import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { GZIP_HEAD, gzipPart, GzipSum } from './gzip-parts.ts'

it.each([[[]], [['']], [['a']], [['one', 'two', 'three']], [['', 'x'.repeat(100_000), ': \n\n', 'ü€😀'.repeat(777)]]])('%# pieces, one after the other, are a gzip stream', (texts) => {
  const parts = texts.map((text) => gzipPart(Buffer.from(text)))
  const sum = new GzipSum()
  for (const part of parts) sum.add(part)
  expect(gunzipSync(Buffer.concat([GZIP_HEAD, ...parts.map(({ bytes }) => bytes), sum.tail])).toString()).toBe(texts.join(''))
})

it('a piece stands by itself, wherever it comes', () => {
  const [one, two] = [gzipPart(Buffer.from('abcabc'.repeat(50))), gzipPart(Buffer.from('abcabcd'.repeat(50)))]
  for (const order of [[one, two], [two, one], [two, two, one]]) {
    const sum = new GzipSum()
    for (const part of order) sum.add(part)
    const text = gunzipSync(Buffer.concat([GZIP_HEAD, ...order.map(({ bytes }) => bytes), sum.tail])).toString()
    expect(text).toHaveLength(order.reduce((all, { length }) => all + length, 0))
  }
})
