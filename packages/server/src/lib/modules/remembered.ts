/** An answer that is asked for once for all who want it, and again when it is older than `ms`; a failure is not kept. */
export class Remembered<T> {
  readonly #ask: () => Promise<T>
  readonly #ms: number
  #answer: Promise<T> | undefined
  /** Monotonic milliseconds; undefined while it is being asked for. */
  #at: number | undefined

  constructor(ask: () => Promise<T>, ms: number) {
    this.#ask = ask
    this.#ms = ms
  }

  /** `now`: monotonic milliseconds. Rejects as `ask` does. */
  get(now: () => number): Promise<T> {
    if (this.#answer && (this.#at === undefined || now() - this.#at <= this.#ms)) return this.#answer
    const answer = this.#ask()
    this.#answer = answer
    this.#at = undefined
    const settled = (): boolean => this.#answer === answer
    answer.then(
      () => { if (settled()) this.#at = now() },
      () => { if (settled()) this.#answer = undefined },
    )
    return answer
  }

  /** What is known counts no longer. */
  forget(): void {
    this.#answer = undefined
  }
}
