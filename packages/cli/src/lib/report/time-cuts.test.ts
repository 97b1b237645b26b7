import { expect, it } from 'vitest'
import { drawnAt, timeCuts } from './time-cuts.ts'

it('draws long stretches without a driver short, and nothing else', () => {
  const halt = (kind: string, from: number, to: number) => ({ kind, from, to, by: null })
  const cuts = timeCuts({ totalMs: 11_000, halts: [halt('undriven', 500, 10_500), halt('paused', 0, 400), halt('undriven', 10_600, 10_601)] })
  expect(cuts).toEqual([{ from: 500, to: 10_500, as: 80 }])
  expect([0, 500, 5500, 10_500, 11_000].map((ms) => drawnAt(cuts, ms))).toEqual([0, 500, 540, 580, 1080])
  expect(timeCuts({ totalMs: 100, halts: [] })).toEqual([])
})
