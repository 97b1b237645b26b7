import { expect, it } from 'vitest'
import { LeaseWatch } from './lease-watch.ts'
import { FakeClock } from '../testing/fake-clock.ts'

it('tells for how long a lease has been seen as it is', async () => {
  const clock = new FakeClock()
  const watch = new LeaseWatch(clock)
  const seen = (epoch: number, heartbeat: number): number => watch.standsStill('run_a', { epoch, heartbeat, driver: null })
  expect(seen(1, 7)).toBe(0)
  await clock.advance(300)
  expect([seen(1, 7), watch.standsStill('run_b', { epoch: 1, heartbeat: 7, driver: null })]).toEqual([300, 0])
  await clock.advance(300)
  expect([seen(1, 7), seen(1, 8), seen(2, 8), seen(2, 8)]).toEqual([600, 0, 0, 0])
  await clock.advance(50)
  expect(seen(2, 8)).toBe(50)
})
