import type { Clock } from '../api.ts'

interface Sleeper {
  at: number
  order: number
  wake: () => void
}

/** A clock that stands still until it is told to go on. Starts at 2026-01-09T12:34:56Z. */
export class FakeClock implements Clock {
  #wall = Date.UTC(2026, 0, 9, 12, 34, 56)
  #elapsed = 0
  #order = 0
  readonly #sleepers = new Set<Sleeper>()

  now(): number {
    return this.#wall
  }

  monotonic(): number {
    return this.#elapsed
  }

  sleep(ms: number, wake: () => void): () => void {
    const sleeper = { at: this.#elapsed + ms, order: this.#order++, wake }
    this.#sleepers.add(sleeper)
    return () => void this.#sleepers.delete(sleeper)
  }

  /** Milliseconds until the next sleeper is due; undefined when nobody sleeps. */
  get nextIn(): number | undefined {
    const next = this.#next()
    return next && next.at - this.#elapsed
  }

  /** Goes on by `ms`, waking each sleeper at its time and letting what it set off happen before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms
    await settled()
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.#move(next.at - this.#elapsed)
      this.#sleepers.delete(next)
      next.wake()
      await settled()
    }
    this.#move(end - this.#elapsed)
  }

  /** Goes on by `ms` at once: whoever is due by then wakes at the end, in order. Passes over years of polling. */
  async leap(ms: number): Promise<void> {
    const due = [...this.#sleepers].filter(({ at }) => at <= this.#elapsed + ms).sort((a, b) => a.at - b.at || a.order - b.order)
    this.#move(ms)
    for (const sleeper of due) if (this.#sleepers.delete(sleeper)) sleeper.wake()
    await settled()
  }

  /** Sets the wall clock, as an administrator or NTP would; the monotonic one goes on as before. */
  jump(ms: number): void {
    this.#wall += ms
  }

  #move(ms: number): void {
    this.#wall += ms
    this.#elapsed += ms
  }

  #next(): Sleeper | undefined {
    let next: Sleeper | undefined
    for (const sleeper of this.#sleepers) {
      if (!next || sleeper.at < next.at || (sleeper.at === next.at && sleeper.order < next.order)) next = sleeper
    }
    return next
  }
}

/** Lets everything happen that waits for no timer: a few turns of the event loop. */
export async function settled(turns = 12): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
