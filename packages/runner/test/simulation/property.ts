import fc from 'fast-check'
import { env } from 'node:process'

/**
 * Looks for a counterexample among `runs` random cases (or as many as LORC_SIM_RUNS says), other ones at each call.
 * Throws with the smallest that it found and with the command that replays it: LORC_SIM_SEED holds the seed and the path.
 */
export async function holds<T>(
  what: string,
  cases: fc.Arbitrary<T>,
  verify: (value: T) => void | Promise<void>,
  runs: number,
): Promise<void> {
  const found = await search(cases, verify, Number(env.LORC_SIM_RUNS ?? runs), replay(env.LORC_SIM_SEED))
  if (!found) return
  throw new Error(
    [
      `${what}: ${found.message}`,
      `Smallest case: ${found.example}`,
      `Replay: LORC_SIM_SEED=${found.seed} npx vitest run test/simulation -t ${JSON.stringify(what)} (in packages/runner)`,
    ].join('\n'),
    { cause: found.cause },
  )
}

export interface Counterexample {
  message: string
  example: string
  seed: string
  cause: unknown
}

export async function search<T>(
  cases: fc.Arbitrary<T>,
  verify: (value: T) => void | Promise<void>,
  runs: number,
  parameters: fc.Parameters<[T]> = {},
): Promise<Counterexample | undefined> {
  const outcome = await fc.check(fc.asyncProperty(cases, async (value) => void (await verify(value))), { numRuns: runs, ...parameters })
  if (!outcome.failed) return undefined
  const cause = outcome.errorInstance
  return {
    message: cause instanceof Error ? cause.message : 'no case was tried to its end',
    example: fc.stringify(outcome.counterexample?.[0]),
    seed: [outcome.seed, outcome.counterexamplePath].join(':'),
    cause,
  }
}

/** `seed` or `seed:path`, as a failure prints it. */
function replay<T>(seed: string | undefined): fc.Parameters<[T]> {
  if (seed === undefined || seed === '') return {}
  const [number, ...path] = seed.split(':')
  return { seed: Number(number), ...(path.length > 0 && { path: path.join(':') }) }
}
