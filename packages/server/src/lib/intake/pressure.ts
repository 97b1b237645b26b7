import type { Clock } from '@lorc/runner'

/**
 * Tells whether more comes in than is taken as it comes: many in one turn of the event loop wait for each other, however fast
 * they come; few do not. It costs nothing while nothing comes.
 */
export class Pressure {
  readonly #clock: Clock
  readonly #calm: number
  readonly #lastsMs: number
  #inTurn = 0
  #highUntil = -Infinity

  /** `calm`: as many in a turn are no pressure; `lastsMs`: what a turn with more says counts for so long. */
  constructor(clock: Clock, calm: number, lastsMs: number) {
    this.#clock = clock
    this.#calm = calm
    this.#lastsMs = lastsMs
  }

  add(): void {
    if (this.#inTurn === 0) setImmediate(() => (this.#inTurn = 0))
    this.#inTurn++
    if (this.#inTurn > this.#calm) this.#highUntil = this.#clock.monotonic() + this.#lastsMs
  }

  get isHigh(): boolean {
    return this.#clock.monotonic() < this.#highUntil
  }
}
