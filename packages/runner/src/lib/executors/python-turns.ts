/** Lets attempts run at the same time, but for those that ask to run alone. First come, first served. */
export class Turns {
  #running = 0
  #alone = false
  readonly #waiting: { alone: boolean; go: () => void }[] = []

  /** Resolves, when it is the caller's turn, to what ends the turn. */
  async take(alone: boolean): Promise<() => void> {
    if (!this.#mayRun(alone) || this.#waiting.length > 0) {
      await new Promise<void>((go) => this.#waiting.push({ alone, go }))
    } else this.#enter(alone)
    return () => this.#leave()
  }

  #mayRun(alone: boolean): boolean {
    return !this.#alone && (!alone || this.#running === 0)
  }

  #enter(alone: boolean): void {
    this.#running++
    this.#alone = alone
  }

  #leave(): void {
    this.#running--
    this.#alone = false
    for (let next = this.#waiting[0]; next && this.#mayRun(next.alone); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#enter(next.alone)
      next.go()
    }
  }
}
