import type { StepState } from '../api.ts'
import type { AttemptMetrics, StepStatus } from '../events.ts'

const STATUSES = ['waiting', 'running', 'completed', 'failed', 'cancelled', 'skipped', 'blocked'] as const satisfies StepStatus[]

/** What few steps have: files and keys, an error, a reason, a cost beyond time. */
type Extra = Omit<StepState, 'name' | 'status' | 'attempts' | 'startedAt' | 'endedAt'>

const NOTHING: Partial<Extra> = Object.freeze({})

/**
 * The states of a run's steps, by index. Numbers are kept in columns: a run may have 100,000 steps, and the garbage
 * collector walks every object that is kept, again and again, while the run lasts.
 */
export class StepStates {
  #status: Uint8Array
  #attempts: Uint32Array
  /** NaN: there is none. */
  #startedAt: Float64Array
  #endedAt: Float64Array
  #wallMs: Float64Array
  readonly #extras = new Map<number, Partial<Extra>>()

  constructor(size: number) {
    this.#status = new Uint8Array(size)
    this.#attempts = new Uint32Array(size)
    this.#startedAt = new Float64Array(size).fill(NaN)
    this.#endedAt = new Float64Array(size).fill(NaN)
    this.#wallMs = new Float64Array(size).fill(NaN)
  }

  /** Makes room for further steps, of which nothing has happened. */
  grow(size: number): void {
    const before = this.#status.length
    if (size <= before) return
    const room = Math.max(size, before + (before >> 1))
    const times = (from: Float64Array): Float64Array => {
      const to = new Float64Array(room).fill(NaN, before)
      to.set(from)
      return to
    }
    const status = new Uint8Array(room)
    status.set(this.#status)
    const attempts = new Uint32Array(room)
    attempts.set(this.#attempts)
    this.#status = status
    this.#attempts = attempts
    this.#startedAt = times(this.#startedAt)
    this.#endedAt = times(this.#endedAt)
    this.#wallMs = times(this.#wallMs)
  }

  status(step: number): StepStatus {
    return STATUSES[this.#status[step]!]!
  }

  attempts(step: number): number {
    return this.#attempts[step]!
  }

  startedAt(step: number): number | null {
    return orNull(this.#startedAt[step]!)
  }

  endedAt(step: number): number | null {
    return orNull(this.#endedAt[step]!)
  }

  extra(step: number): Readonly<Partial<Extra>> {
    return this.#extras.get(step) ?? NOTHING
  }

  metrics(step: number): AttemptMetrics | null {
    const known = this.extra(step).metrics
    if (known) return known
    const wallMs = orNull(this.#wallMs[step]!)
    return wallMs === null ? null : { wallMs, cpuUserMs: null, cpuSystemMs: null, peakRssBytes: null, exitCode: null }
  }

  start(step: number, attempt: number, at: number): void {
    this.setStatus(step, 'running')
    this.#attempts[step] = attempt
    this.#startedAt[step] = at
    this.#endedAt[step] = NaN
    this.reset(step, { error: null })
  }

  end(step: number, status: StepStatus, at: number): void {
    this.setStatus(step, status)
    this.#endedAt[step] = at
  }

  setStatus(step: number, status: StepStatus): void {
    this.#status[step] = STATUSES.indexOf(status)
  }

  setAttempts(step: number, attempts: number): void {
    this.#attempts[step] = attempts
  }

  setMetrics(step: number, metrics: AttemptMetrics | null): void {
    this.#wallMs[step] = metrics?.wallMs ?? NaN
    if (metrics && !tellsOnlyTime(metrics)) this.set(step, { metrics })
    else this.reset(step, { metrics: null })
  }

  set(step: number, extra: Partial<Extra>): void {
    const known = this.#extras.get(step)
    if (known) Object.assign(known, extra)
    else this.#extras.set(step, extra)
  }

  /** Where something was set: for what a step has no more. */
  reset(step: number, blank: Partial<Extra>): void {
    const known = this.#extras.get(step)
    if (known) Object.assign(known, blank)
  }

  /** As if nothing had happened, but for the attempts that there were. */
  restart(step: number): void {
    const attempts = this.#attempts[step]!
    this.clear(step)
    this.#attempts[step] = attempts
  }

  /** As if nothing had happened. */
  clear(step: number): void {
    this.#status[step] = 0
    this.#attempts[step] = 0
    this.#startedAt[step] = NaN
    this.#endedAt[step] = NaN
    this.#wallMs[step] = NaN
    this.#extras.delete(step)
  }

  read(step: number, name: string): StepState {
    return {
      name,
      status: this.status(step),
      attempts: this.#attempts[step]!,
      startedAt: this.startedAt(step),
      endedAt: this.endedAt(step),
      outputs: [],
      artifacts: [],
      error: null,
      blockedBy: null,
      reason: null,
      meta: null,
      cached: false,
      importedFrom: null,
      items: null,
      itemOf: null,
      childRun: null,
      approval: null,
      ...this.extra(step),
      metrics: this.metrics(step),
    }
  }
}

function tellsOnlyTime({ cpuUserMs, cpuSystemMs, peakRssBytes, exitCode }: AttemptMetrics): boolean {
  return cpuUserMs === null && cpuSystemMs === null && peakRssBytes === null && exitCode === null
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
