/** Lets attempts run at the same time, but for those that ask to run alone. First come, first served. */
export class Turns {
  #running = 0
  #alone = false
  readonly #waiting: { alone: boolean; go: () => void }[] = []

  /** Undefined: it is the caller's turn; else resolves when it is. */
  take(alone: boolean): Promise<void> | undefined {
    if (!this.#mayRun(alone) || this.#waiting.length > 0) return new Promise((go) => this.#waiting.push({ alone, go }))
    this.#enter(alone)
    return undefined
  }


  #mayRun(alone: boolean): boolean {
    return !this.#alone && (!alone || this.#running === 0)
  }

  #enter(alone: boolean): void {
    this.#running++
    this.#alone = alone
  }

  /** Ends a turn. */
  give(): void {
    this.#running--
    this.#alone = false
    for (let next = this.#waiting[0]; next && this.#mayRun(next.alone); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#enter(next.alone)
      next.go()
    }
  }
}
