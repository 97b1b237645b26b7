import type { Clock } from '@lorc/runner'

/** What a promise resolves to, or undefined where that takes longer. Rejects where the promise does in time. */
export async function inTime<T>(promise: Promise<T>, ms: number, clock: Clock): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>()
  const inTime = clock.sleep(ms, () => late.resolve(undefined))
  // Nobody may be there any more to hear of it.
  promise.catch(() => undefined)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    inTime()
  }
}
