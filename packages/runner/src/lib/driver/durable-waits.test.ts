import { expect, it } from 'vitest'
import { DurableWaits } from './durable-waits.ts'

it('tells those who wait for what is durable by now, and the others later', async () => {
  const waits = new DurableWaits()
  const told: number[] = []
  for (const seq of [3, 5, 4]) void waits.until(seq).then(() => told.push(seq))
  for (const [seq, right] of [[2, []], [4, [3, 4]], [4, [3, 4]], [9, [3, 4, 5]]] as const) {
    waits.tell(seq)
    await Promise.resolve()
    expect(told).toEqual(right)
  }
  await waits.until(9)
})
