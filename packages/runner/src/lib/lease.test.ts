import { expect, it } from 'vitest'
import { acquireLease } from './lease.ts'
import { creation, driver } from './store-testsuite/samples.ts'
import { createMemoryStore } from './stores/memory.ts'
import { FakeClock } from './testing/fake-clock.ts'

it('names the driver that was quicker', async () => {
  const store = createMemoryStore()
  await store.commit([creation('run_a', ['{}'])])
  await store.releaseLease('run_a', 1)
  const quicker = { ...driver('quicker'), pid: 815 }
  const lease = await store.lease('run_a')
  await store.takeLease('run_a', 1, quicker)
  const late = { ...store, lease: async () => late.asked++ === 0 ? lease : store.lease('run_a'), asked: 0 }
  await expect(acquireLease(late, 'run_a', driver('slower'), new FakeClock(), 1000)).rejects.toMatchObject({
    code: 'RUN_HELD',
    message: 'Another process (process 815) drives run run_a.',
    fix: 'Wait for it, or ask it to stop: lorc cancel run_a',
    details: { pid: 815 },
  })
})
