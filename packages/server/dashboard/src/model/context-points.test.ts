import { describe, expect, it } from 'vitest'
import { keysAt, pointsOf, writesOf } from './context-points.ts'

const writes = writesOf({
  seq: 20,
  items: [
    [4, 10, 'b.x_v1', 'load', 'load', 1],
    [4, 10, 'a.x_v1', 'load', 'load', 1],
    [9, 20, 'b.x_v1', 'ann', null, null],
    [12, 30, 'c.x_v1', 'fit', 'fit', 2],
  ],
})

describe('the context over time', () => {
  it('changes with each event that wrote', () => {
    expect(pointsOf(writes).map(({ seq, who, keys }) => [seq, who, keys])).toEqual([
      [4, 'load', ['b.x_v1', 'a.x_v1']],
      [9, 'ann', ['b.x_v1']],
      [12, 'fit', ['c.x_v1']],
    ])
    expect(pointsOf([])).toEqual([])
  })

  it('is what was written up to an event, the last version of each key first', () => {
    const at = (seq: number): unknown => keysAt(writes, seq).map(({ key, versions }) => [key, versions.map((write) => write.seq)])
    expect(at(3)).toEqual([])
    expect(at(4)).toEqual([['a.x_v1', [4]], ['b.x_v1', [4]]])
    expect(at(99)).toEqual([['a.x_v1', [4]], ['b.x_v1', [9, 4]], ['c.x_v1', [12]]])
  })
})
