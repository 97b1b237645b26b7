import { ApiError } from './api-error.ts'

/** What a request is about. */
export type Action = 'insertAll' | 'query' | 'load' | 'results' | 'table'

/** Something that goes wrong. */
export type Fault =
  | { kind: 'status'; status: number; reason: string; retryAfter?: string }
  /** The connection ends without an answer: `before` anything was done, or `after` it. */
  | { kind: 'cut'; when: 'before' | 'after' }
  | { kind: 'slow'; ms: number }
  /** Of an insert: rows are refused, those at the places (of the request) that `rows` names, for this reason. */
  | { kind: 'partial'; reason: string; rows: (place: number) => boolean }

interface Planned {
  action: Action
  fault: Fault
  times: number
}

/** What will go wrong, in the order of the plan. */
export class Faults {
  #planned: Planned[] = []

  plan(action: Action, fault: Fault, times = 1): void {
    this.#planned.push({ action, fault, times })
  }

  /** What goes wrong with this request, if anything does. */
  take(action: Action): Fault | undefined {
    const next = this.#planned.find((planned) => planned.action === action)
    if (next === undefined) return undefined
    next.times -= 1
    if (next.times === 0) this.#planned = this.#planned.filter((planned) => planned !== next)
    return next.fault
  }

  clear(): void {
    this.#planned = []
  }

  /** Whether all that was planned has happened. */
  get done(): boolean {
    return this.#planned.length === 0
  }
}

export function statusError({ status, reason, retryAfter }: Extract<Fault, { kind: 'status' }>): ApiError {
  return new ApiError(status, reason, `The request failed: ${reason}.`, retryAfter)
}
