import { it } from 'vitest'
import { Scheduler } from '../../src/lib/scheduler/scheduler.ts'
import { holds, UNHURRIED } from './property.ts'
import { schedulerCases } from './scheduler-cases.ts'
import { simulateScheduler } from './scheduler-world.ts'

it('the scheduler agrees with the model in every life of a run', UNHURRIED, async () => {
  const verify = (given: Parameters<typeof simulateScheduler>[0]): void => void simulateScheduler(given, (plan, options) => new Scheduler(plan, options))
  await holds('the scheduler agrees with the model', schedulerCases, verify, 1500)
})
