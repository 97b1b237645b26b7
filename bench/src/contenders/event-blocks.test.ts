import { constants, deflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { blockOf, GzipBlocks, HttpChunks } from './event-blocks.ts'

const frames = (from: number, count: number, end = 'step.started'): string =>
  Array.from({ length: count }, (_, i) => `id: ${from + i}\nevent: ${i === count - 1 ? end : 'step.started'}\ndata: {"seq":${from + i}}\n\n`).join('')

it('counts the events of a piece, and tells the end and what was left out', () => {
  expect(blockOf(frames(5, 3))).toEqual({ first: 5, count: 3, isEnd: false })
  expect(blockOf(frames(0, 1, 'run.completed'))).toEqual({ first: 0, count: 1, isEnd: true })
  expect(blockOf(': \n\n')).toEqual({ first: undefined, count: 0, isEnd: false })
  expect(() => blockOf(frames(0, 2) + frames(3, 1))).toThrow('event 3 came after 2 was left out')
})

it('knows pieces of gzip again by their bytes', () => {
  const blocks = new GzipBlocks()
  const piece = deflateRawSync(frames(7, 2), { finishFlush: constants.Z_FULL_FLUSH })
  const [one, two] = [blocks.read(piece), blocks.read(Buffer.from(piece))]
  expect(one).toEqual({ first: 7, count: 2, isEnd: false })
  expect(two).toBe(one)
  expect(blocks.read(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]))).toBeUndefined()
})

it('puts chunks together however they come', () => {
  const answer = Buffer.from('HTTP/1.1 200 OK\r\nA: b\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n')
  for (const size of [1, 2, 7, 100]) {
    const chunks = new HttpChunks()
    const found: string[] = []
    for (let at = 0; at < answer.length; at += size) for (const chunk of chunks.take(answer.subarray(at, at + size))) found.push(chunk.toString())
    expect(found).toEqual(['abc', '0123456789'])
  }
})
