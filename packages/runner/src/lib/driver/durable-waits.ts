interface Wait {
  seq: number
  resolve: () => void
}

/** How far a journal is durable, by the `seq` of its last event that is, and who waits for more of it. */
export class DurableWaits {
  #durable = -1
  /** Most runs have none. */
  #waits: Wait[] | undefined

  /** Resolves once the event is durable. */
  until(seq: number): Promise<void> {
    if (seq <= this.#durable) return Promise.resolve()
    return new Promise((resolve) => void (this.#waits ??= []).push({ seq, resolve }))
  }

  /** Everything up to the event is durable. */
  tell(seq: number): void {
    this.#durable = seq
    if (!this.#waits) return
    const told = this.#waits.filter((wait) => wait.seq <= seq)
    this.#waits = this.#waits.filter((wait) => wait.seq > seq)
    for (const { resolve } of told) resolve()
  }
}
