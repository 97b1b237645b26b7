import type { StepNames } from '../plan/step-names.ts'
import { ASKED, isSatisfied, isSettled, READY, WAITING } from './status.ts'

/** How each step stands, by index, items included: a run may have 100,000 steps, so numbers are kept in columns. */
export class StepColumns {
  /** One of `status.ts`. */
  status: Uint8Array
  /** Attempts that were begun. */
  attempts: Uint32Array
  /** Of these, the ones before the run, or the last resume of it, began: they do not count against `retry`. */
  forgiven: Uint32Array
  /** 1: it was told to end. */
  endAsked: Uint8Array

  constructor(size: number) {
    this.status = new Uint8Array(size)
    this.attempts = new Uint32Array(size)
    this.forgiven = new Uint32Array(size)
    this.endAsked = new Uint8Array(size)
  }

  /** Makes room for further steps. */
  grow(size: number): void {
    if (size <= this.status.length) return
    const room = Math.max(size, this.status.length + (this.status.length >> 1))
    this.status = widen(this.status, new Uint8Array(room))
    this.endAsked = widen(this.endAsked, new Uint8Array(room))
    this.attempts = widen(this.attempts, new Uint32Array(room))
    this.forgiven = widen(this.forgiven, new Uint32Array(room))
  }

  /** A new driver goes on: what did not complete is open again. */
  reopen(names: StepNames): void {
    const { status, attempts } = this
    for (let i = 0; i < names.size; i++) {
      const before = status[i]!
      if (isSatisfied(before) || isSatisfied(status[names.parentOf(i)]!)) continue
      this.endAsked[i] = 0
      if (isSettled(before) && names.block(i)) attempts[i]!++
      this.forgiven[i] = attempts[i]!
      if (before !== ASKED) status[i] = names.isItem(i) ? READY : WAITING
    }
  }

  /** Steps run again that had ended. A `for_each` step of which items are named keeps its items, else it gets new ones. */
  reset(names: StepNames, steps: readonly number[]): void {
    const { status, attempts } = this
    const kept = new Set(steps.filter((step) => names.isItem(step)).map((item) => names.parentOf(item)))
    for (const step of steps) {
      if (kept.has(step) && isSettled(status[step]!)) attempts[step]!++
      status[step] = names.isItem(step) ? READY : WAITING
      this.forgiven[step] = attempts[step]!
      if (!names.isItem(step) && !kept.has(step)) names.forget(step)
    }
  }
}

function widen<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
