import type { EventClock } from './event-clock.ts'

/** A clock that stands until it is moved. */
export class ManualClock implements EventClock {
  #wall = Date.parse('2026-01-31T12:00:00Z')
  #monotonic = 0
  readonly #sleepers = new Set<{ at: number; wake: () => void }>()

  now = (): number => this.#wall
  monotonic = (): number => this.#monotonic

  sleep = (ms: number, wake: () => void): (() => void) => {
    const sleeper = { at: this.#monotonic + ms, wake }
    this.#sleepers.add(sleeper)
    return () => this.#sleepers.delete(sleeper)
  }

  /** Moves on by so many milliseconds, and lets everything happen that is to happen until then. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms
    await settled()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#wall += next.at - this.#monotonic
      this.#monotonic = next.at
      this.#sleepers.delete(next)
      next.wake()
      await settled()
    }
    this.#wall += end - this.#monotonic
    this.#monotonic = end
  }

  /** The wall clock alone is set. */
  jump(ms: number): void {
    this.#wall += ms
  }

  #next(end: number): { at: number; wake: () => void } | undefined {
    const due = [...this.#sleepers].filter(({ at }) => at <= end)
    return due.sort((a, b) => a.at - b.at)[0]
  }
}

/** What promises lead to has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
}
