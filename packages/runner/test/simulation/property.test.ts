import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { holds } from './property.ts'

const small = (n: number): void => {
  if (n > 100) throw new Error(`${n} is large`)
}

async function failure(): Promise<string> {
  return holds('numbers are small', fc.nat(), small, 1000).then(
    () => 'nothing was found',
    (error: unknown) => String(error),
  )
}

it('tells the smallest case and the seed that replays it', async () => {
  const said = await failure()
  expect(said).toContain('numbers are small: 101 is large\nSmallest case: 101\nReplay: LORC_SIM_SEED=')
  const seed = /LORC_SIM_SEED=(\S+)/.exec(said)![1]!
  for (const again of [seed, seed.split(':')[0]]) {
    vi.stubEnv('LORC_SIM_SEED', again)
    expect(await failure()).toBe(said)
  }
})

it('says nothing of what holds', async () => {
  await holds('numbers are not text', fc.nat(), (n) => expect(n).toBeTypeOf('number'), 10)
})

it('looks at as many cases as it is told to', async () => {
  vi.stubEnv('LORC_SIM_RUNS', '7')
  const seen: number[] = []
  await holds('counting', fc.nat(), (n) => void seen.push(n), 1000)
  expect(seen).toHaveLength(7)
})
