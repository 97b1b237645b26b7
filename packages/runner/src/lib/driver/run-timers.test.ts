import { expect, it } from 'vitest'
import { RunTimers } from './run-timers.ts'
import { FakeClock } from '../testing/fake-clock.ts'

it('does each thing in its time, and nothing once it is stopped', async () => {
  const clock = new FakeClock()
  const timers = new RunTimers(clock)
  const done: string[] = []
  timers.after(10, () => done.push('first'))
  timers.after(20, () => done.push('second'))
  await clock.advance(10)
  expect(done).toEqual(['first'])
  timers.stop()
  timers.after(5, () => done.push('late'))
  await clock.advance(100)
  expect(done).toEqual(['first'])
})
