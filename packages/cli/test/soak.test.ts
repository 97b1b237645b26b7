import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { soak } from './soak/soak.ts'

const LINE = [execPath, '--conditions=@lorc/source', fileURLToPath(new URL('../src/lorc.ts', import.meta.url))]

// `pnpm soak` does the same with 10,000 runs and the built program.
it('a service that is killed and stopped on the way accounts for every run that it took in, one by one', { timeout: 120_000 }, async () => {
  const { wrong, ...figures } = await soak({ runs: 60, kills: 2, seed: 20261121, line: LINE })
  expect(wrong).toEqual([])
  expect(figures).toMatchObject({ runs: 60, killed: 1, stopped: 1 })
})
