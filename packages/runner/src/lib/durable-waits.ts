/** Who waits for events to be durable, by the `seq` of the last of them. */
export class DurableWaits {
  #waits: { seq: number; resolve: () => void }[] = []

  /** Resolves once the event is durable. */
  until(seq: number): Promise<void> {
    return new Promise((resolve) => void this.#waits.push({ seq, resolve }))
  }

  /** Everything up to the event is durable. */
  tell(seq: number): void {
    const told = this.#waits.filter((wait) => wait.seq <= seq)
    if (told.length === 0) return
    this.#waits = this.#waits.filter((wait) => wait.seq > seq)
    for (const { resolve } of told) resolve()
  }
}
