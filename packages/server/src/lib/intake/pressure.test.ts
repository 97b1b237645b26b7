import { expect, it } from 'vitest'
import { Pressure } from './pressure.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('is high once more than a few come in one turn of the event loop, and for a while after', async () => {
  let now = 1000
  const pressure = new Pressure({ now: () => now, monotonic: () => now, sleep: () => () => undefined }, 2, 10)
  expect(pressure.isHigh).toBe(false)
  for (let n = 0; n < 2; n++) pressure.add()
  expect(pressure.isHigh).toBe(false)
  await turn()
  // As many again, but not at once.
  for (let n = 0; n < 2; n++) pressure.add()
  expect(pressure.isHigh).toBe(false)
  pressure.add()
  expect(pressure.isHigh).toBe(true)
  await turn()
  now += 9
  expect(pressure.isHigh).toBe(true)
  now += 1
  expect(pressure.isHigh).toBe(false)
})
