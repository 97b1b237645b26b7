import { expect, it } from 'vitest'
import { shellGraph } from './shell-graph.ts'

it('makes graphs of three shapes, whose edges point back', () => {
  expect(shellGraph('independent', 2)).toEqual([
    { name: 's0', needs: [] },
    { name: 's1', needs: [] },
  ])
  expect(shellGraph('chained', 3).map(({ needs }) => needs)).toEqual([[], ['s0'], ['s1']])
  const layered = shellGraph('layered', 120)
  expect(layered[49]!.needs).toEqual([])
  expect(layered[50]!.needs).toEqual(['s0', 's7', 's14'])
  expect(layered[119]!.needs).toEqual(['s69', 's76', 's83'])
})
