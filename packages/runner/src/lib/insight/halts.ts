import type { Halt, Span, WaitKind } from './run-timeline.ts'

/** The stretches of a run in which nothing could start. */
export class Halts {
  readonly list: Halt[] = []

  add(kind: Halt['kind'], from: number, to: number | null, by: string | null): void {
    this.list.push({ kind, from, to, by })
  }

  endPause(at: number): void {
    const pause = this.list.findLast(({ kind, to }) => kind === 'paused' && to === null)
    if (pause) pause.to = at
  }

  /** The one that goes on. */
  get open(): Halt | undefined {
    return this.list.findLast(({ to }) => to === null)
  }

  /** A wait as spans: what halts took of it, and the rest as `kind`; without one, the halts alone. */
  split(from: number, to: number, kind?: WaitKind, by: string | null = null): Span[] {
    const spans: Span[] = []
    let at = from
    for (const halt of this.#within(from, to)) {
      if (kind && halt.from > at) spans.push({ kind, from: at, to: halt.from, by })
      const end = Math.min(to, halt.to ?? to)
      spans.push({ ...halt, from: Math.max(at, halt.from), to: end })
      at = end
    }
    if (kind && to > at) spans.push({ kind, from: at, to, by })
    return spans
  }

  #within(from: number, to: number): Halt[] {
    const within: Halt[] = []
    for (let i = this.list.length - 1; i >= 0; i--) {
      const halt = this.list[i]!
      if ((halt.to ?? to) <= from) break
      if (halt.from < to) within.unshift(halt)
    }
    return within
  }
}
