/** How often each event was emitted by one attempt, by the id that it has when it is emitted first. */
export class Occurrences {
  readonly #counts = new Map<string, number>()

  /** Which time this is: 1 for the first. */
  next(id: string): number {
    const nth = (this.#counts.get(id) ?? 0) + 1
    this.#counts.set(id, nth)
    return nth
  }
}
