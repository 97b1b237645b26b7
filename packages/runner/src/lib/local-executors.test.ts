import { expect, it, vi } from 'vitest'
import { systemClock } from './clock.ts'
import { localExecutors } from './local-executors.ts'

const { createSupervisor } = vi.hoisted(() => ({ createSupervisor: vi.fn(() => ({ close: async () => {} })) }))
vi.mock('./executors/supervisor.ts', () => ({ createSupervisor }))

it('grants what a dead driver leaves running as much time to end as the runner grants', async () => {
  const workspace = { root: '/nowhere', allow: [] }
  const executors = localExecutors({ workspace, stateDir: '/nowhere', env: {}, size: 1, graceMs: 321, children: {} as never, clock: systemClock })
  const shell = executors.find(({ types }) => types.includes('shell'))
  await shell?.execute({ step: { name: 's', type: 'shell', script: 'none.sh', stage: 0 } } as never)
  await shell?.close()
  expect(createSupervisor).toHaveBeenCalledWith(expect.objectContaining({ graceMs: 321 }))
})
