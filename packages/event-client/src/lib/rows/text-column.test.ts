import { expect, it } from 'vitest'
import { TextColumn } from './text-column.ts'

it('has the text of each place, and nothing of those before it was cleared', () => {
  const column = new TextColumn()
  for (const texts of [['a', '', 'ä€😀', null, 'ä€😀', 'x'.repeat(200_000)], ['b', null, null], [null, 'b', '', '']]) {
    for (const text of texts) column.push(text)
    expect(texts.map((_, place) => column.at(place))).toEqual(texts)
    expect(texts.map((_, place) => column.at(texts.length - 1 - place))).toEqual(texts.toReversed())
    column.clear()
    expect(column.bytes).toBe(0)
  }
})

it('has a text once that comes again and again', () => {
  const column = new TextColumn()
  for (const text of ['same', 'same', null, 'same', 'other', 'same']) column.push(text)
  expect(column.bytes).toBe('sameothersame'.length)
})
