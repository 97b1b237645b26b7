import { expect, it } from 'vitest'
import { TextBuffer } from './text-buffer.ts'

it('has texts one after the other, of any size and script, and nothing of those before it was cleared', () => {
  const buffer = new TextBuffer()
  for (const texts of [['a', 'ä€😀', 'x'.repeat(200_000)], ['b', '']]) {
    for (const text of texts) buffer.add(text)
    const whole = Buffer.from(texts.join(''))
    expect(buffer.bytes.equals(whole)).toBe(true)
    expect([buffer.length, buffer.text(0, 1)]).toEqual([whole.length, texts[0]])
    buffer.clear()
    expect([buffer.length, buffer.bytes.length]).toEqual([0, 0])
  }
})
