import { describe, expect, it } from 'vitest'
import { EventStreamParser } from './event-stream.ts'

const TEXT = ': hello\nid: 4\nevent: step\ndata: {"a":\ndata: 1}\n\nretry: 5\r\nid: 5\r\ndata:x\r\n\r\ndata: never ended'

describe('a stream of events', () => {
  it('gives the same messages wherever it is cut', () => {
    const messages = [
      { id: '4', event: 'step', data: '{"a":\n1}' },
      { id: '5', event: 'message', data: 'x' },
    ]
    for (let size = 1; size <= TEXT.length; size++) {
      const parser = new EventStreamParser()
      const got = []
      for (let at = 0; at < TEXT.length; at += size) got.push(...parser.push(TEXT.slice(at, at + size)))
      expect(got).toEqual(messages)
    }
  })
})
