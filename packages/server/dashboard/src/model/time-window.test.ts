import { describe, expect, it } from 'vitest'
import { moved, ticksOf, zoomed } from './time-window.ts'

describe('a window of time', () => {
  it('is made smaller around a place, and larger up to the whole', () => {
    expect(zoomed({ from: 0, to: 1000 }, 0.5, 1000)).toEqual({ from: 250, to: 750 })
    expect(zoomed({ from: 0, to: 1000 }, 0.5, 1000, 1)).toEqual({ from: 500, to: 1000 })
    expect(zoomed({ from: 900, to: 1000 }, 4, 1000)).toEqual({ from: 600, to: 1000 })
    expect(zoomed({ from: 250, to: 750 }, 10, 1000)).toEqual({ from: 0, to: 1000 })
    expect(zoomed({ from: 0, to: 8 }, 0.001, 1000).to).toBeCloseTo(6.5)
    expect(zoomed({ from: 0, to: 2 }, 0.1, 2)).toEqual({ from: 0, to: 2 })
  })

  it('stops at the ends of the run', () => {
    expect(moved({ from: 100, to: 200 }, 0.5, 1000)).toEqual({ from: 150, to: 250 })
    expect(moved({ from: 100, to: 200 }, -9, 1000)).toEqual({ from: 0, to: 100 })
    expect(moved({ from: 100, to: 200 }, 90, 1000)).toEqual({ from: 900, to: 1000 })
  })

  it('has round times at its edge', () => {
    expect(ticksOf({ from: 0, to: 1000 }, 5)).toEqual([0, 200, 400, 600, 800, 1000])
    expect(ticksOf({ from: 130, to: 180 }, 4)).toEqual([140, 160, 180])
    expect(ticksOf({ from: 0, to: 400 * 86_400_000 }, 4)).toHaveLength(5)
  })
})
