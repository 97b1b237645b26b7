import { expect, it } from 'vitest'
import { mapBounded } from './bounded.ts'

function gated() {
  const gates: PromiseWithResolvers<string>[] = []
  let atOnce = 0
  let most = 0
  const act = async (at: number): Promise<string> => {
    most = Math.max(most, ++atOnce)
    const said = await (gates[at] = Promise.withResolvers()).promise
    atOnce--
    return said
  }
  return { gates, act, most: () => most }
}

it('asks for so many at once, and gives what came in the order of the items', async () => {
  const { gates, act, most } = gated()
  const mapped = mapBounded([0, 1, 2, 3], 2, act)
  for (const at of [1, 0, 2, 3]) {
    await expect.poll(() => gates[at]).toBeDefined()
    gates[at]!.resolve(`of ${at}`)
  }
  expect(await mapped).toEqual(['of 0', 'of 1', 'of 2', 'of 3'])
  expect(most()).toBe(2)
})

it('gives nothing for no items', async () => {
  expect(await mapBounded([], 4, async () => 1)).toEqual([])
})

it('asks for no more once one was refused', async () => {
  const asked: number[] = []
  const refused = new Error('refused')
  const act = async (at: number): Promise<void> => {
    asked.push(at)
    if (at === 1) throw refused
  }
  await expect(mapBounded([0, 1, 2, 3, 4, 5], 1, act)).rejects.toBe(refused)
  expect(asked).toEqual([0, 1])
})
