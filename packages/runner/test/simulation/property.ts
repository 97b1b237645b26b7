import fc from 'fast-check'
import { randomInt } from 'node:crypto'
import { env } from 'node:process'
import { onTestFailed } from 'vitest'

/** Of tests that look for one: as many cases as are asked for may take any time. */
export const UNHURRIED = { timeout: env.LORC_SIM_RUNS ? 0 : 120_000 }

/**
 * Looks for a counterexample among `runs` random cases (or as many as LORC_SIM_RUNS says), other ones at each call.
 * Throws with the smallest that it found and with the command that replays it: LORC_SIM_SEED holds the seed, and which of its
 * cases it was. A test that is ended before, for its time is up, tells the seed, too.
 */
export async function holds<T>(
  what: string,
  cases: fc.Arbitrary<T>,
  verify: (value: T) => void | Promise<void>,
  runs: number,
): Promise<void> {
  const parameters = { numRuns: Number(env.LORC_SIM_RUNS ?? runs), ...(env.LORC_SIM_SEED ? replay(env.LORC_SIM_SEED) : { seed: randomInt(2 ** 31) }) }
  const command = (seed: string): string => `Replay: LORC_SIM_SEED=${seed} npx vitest run test/simulation -t ${JSON.stringify(what)} (in packages/runner)`
  onTestFailed(() => console.error(command(String(parameters.seed))))
  const found = await search(cases, verify, parameters)
  if (!found) return
  const message = [`${what}: ${found.message}`, `Smallest case: ${found.example}`, command(found.seed)].join('\n')
  throw new Error(message, { cause: found.cause })
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
  parameters: fc.Parameters<[T]>,
): Promise<Counterexample | undefined> {
  const outcome = await fc.check(fc.asyncProperty(cases, async (value) => void (await verify(value))), parameters)
  if (!outcome.failed) return undefined
  const cause = outcome.errorInstance
  return {
    message: cause instanceof Error ? cause.message : 'no case was tried to its end',
    example: fc.stringify(outcome.counterexample?.[0]),
    // Of the path, which case it was: fast-check does not find its way again through all of our cases' smaller ones.
    seed: [outcome.seed, outcome.counterexamplePath?.split(':')[0]].join(':'),
    cause,
  }
}

/** `seed`, or `seed:case` for that one alone, as a failure prints it. */
function replay(text: string): { seed: number; path?: string; numRuns?: number } {
  const [seed, path] = text.split(':')
  return { seed: Number(seed), ...(path !== undefined && { path, numRuns: 1 }) }
}
