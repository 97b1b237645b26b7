import { expect, it } from 'vitest'
import { lorcLine } from './lorc.fixture.ts'
import { soak } from './soak/soak.ts'

// `pnpm soak` does the same with 10,000 runs and the built program.
it('a service that is killed and stopped on the way accounts for every run that it took in, one by one', async () => {
  const { wrong, ...figures } = await soak({ runs: 60, kills: 2, seed: 20261121, line: lorcLine() })
  expect(wrong).toEqual([])
  expect(figures).toMatchObject({ runs: 60, killed: 1, stopped: 1 })
})
