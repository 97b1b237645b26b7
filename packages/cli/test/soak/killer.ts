import { Random } from '../crash/random.ts'
import type { SoakService } from './service.ts'

/** Milliseconds, at most, from when so many runs were taken in to the end of the service. */
const LATEST_MS = 60
/** Of its ends, those that it is asked for. */
const SHARE_OF_STOPS = 0.2

/** Ends a service at moments that a seed determines, as far as anything does, and starts it again. */
export class Killer {
  readonly #service: SoakService
  /** How many runs are taken in when it ends the service; how long after that, and how. */
  readonly #moments: readonly { at: number; ms: number; isStop: boolean }[]
  killed = 0
  stopped = 0

  constructor(service: SoakService, seed: number, runs: number, times: number) {
    const random = new Random(seed ^ 0x5eed)
    this.#service = service
    this.#moments = Array.from({ length: times }, (_, i) => ({
      at: Math.floor(((i + random.next()) / times) * runs),
      ms: random.next() * LATEST_MS,
      // The first one kills: that there is one at all does not hang on the seed.
      isStop: random.next() < SHARE_OF_STOPS && i > 0,
    }))
  }

  /** Resolves when it was ended for the last time, and listens again. `takenIn`: runs that were taken in so far. */
  async attend(takenIn: () => number): Promise<void> {
    for (const { at, ms, isStop } of this.#moments) {
      while (takenIn() < at) await sleep(2)
      await sleep(ms)
      if (isStop) {
        await this.#service.stop()
        this.stopped++
      } else {
        await this.#service.kill()
        this.killed++
      }
      await this.#service.start()
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
