import type { Forecast, ForecastOptions, PastDuration, Plan } from '@lorc/runner'
import { isFinal, type RunProgress } from './run-progress.ts'
import type { StepRow } from './step-row.ts'

/** What is known of the past, and what asks the scheduler about the future. */
export interface Past {
  /** By the step's name. */
  durations: ReadonlyMap<string, PastDuration>
  forecast(plan: Plan, options: ForecastOptions): Forecast
  /** Steps at once, where the run was not started with another number. */
  concurrency: number
  /** What the order of ready steps is taken from. */
  learned: ForecastOptions['learned']
}

/** A look at the future is worth this share of the time until the next one. */
const COST_SHARE = 50
const LEAST_PAUSE_MS = 1000
/** Of what runs for longer than it used to, this much is taken to be done. */
const NEARLY = 0.95

/** How far a run is and how long it will still take. Without a past, steps count alike and the end is unknown. */
export class RunEstimate {
  readonly #progress: RunProgress
  readonly #past: Past | undefined
  /** What a step without a past of its own is taken to need: as much as most others. Undefined: there is no past. */
  readonly #typicalMs: number | undefined
  #endsAt: number | undefined
  #nextLook = 0
  #version = -1

  constructor(progress: RunProgress, past?: Past) {
    this.#progress = progress
    this.#past = past
    const known = [...(past?.durations.values() ?? [])].map(({ medianMs }) => medianMs).sort((a, b) => a - b)
    this.#typicalMs = known[known.length >> 1]
  }

  /** Of the step's past runs, milliseconds. */
  usual(step: string): number | undefined {
    return this.#past?.durations.get(step)?.medianMs
  }

  /** Share of the work that is done, 0 to 1. `progressOf` is what running steps say themselves. */
  done(now: number, progressOf: (step: string) => { done: number; total: number | null } | null): number {
    let all = 0
    let ended = 0
    for (const row of this.#progress.rows) {
      if (row.phase === 'on_failure') continue
      const weight = Math.max(1, this.#expected(row.name))
      all += weight
      ended += weight * this.#share(row, now, progressOf)
    }
    return all === 0 ? 1 : ended / all
  }

  /** Milliseconds until the end; undefined where no past run tells. */
  left(now: number, cpuMs: () => number): number | undefined {
    if (this.#past === undefined || this.#typicalMs === undefined || this.#progress.paused !== null) return undefined
    if (now >= this.#nextLook && this.#version !== this.#progress.version) {
      const began = cpuMs()
      this.#endsAt = now + this.#look(this.#past, now)
      this.#nextLook = now + Math.max(LEAST_PAUSE_MS, COST_SHARE * (cpuMs() - began))
      this.#version = this.#progress.version
    }
    return this.#endsAt === undefined ? undefined : Math.max(0, this.#endsAt - now)
  }

  #look({ forecast, concurrency, learned }: Past, now: number): number {
    const { plan, rows } = this.#progress
    const running = [...rows].filter((row) => row.status === 'running')
    const { makespanMs } = forecast(plan, {
      // How long people take to decide is not to be told from how long steps take.
      duration: ({ name, type }) => (type === 'approval' ? (this.usual(name) ?? 0) : this.#expected(name)),
      concurrency: this.#progress.concurrency ?? concurrency,
      ...(learned && { learned }),
      settled: rows.filter(isFinal).map(({ name }) => name),
      running: running.map((row) => [row.name, now - row.startedAt] as const),
    })
    return makespanMs
  }

  #expected(step: string): number {
    return this.usual(step) ?? this.#typicalMs ?? 1
  }

  #share(row: StepRow, now: number, progressOf: Parameters<RunEstimate['done']>[1]): number {
    if (isFinal(row)) return 1
    if (row.items !== null) return row.items.total === 0 ? 1 : row.items.ended / row.items.total
    if (row.status !== 'running') return 0
    const said = progressOf(row.name)
    if (said !== null && said.total !== null && said.total > 0) return Math.min(1, said.done / said.total)
    return this.#typicalMs === undefined ? 0 : Math.min(NEARLY, (now - row.startedAt) / Math.max(1, this.#expected(row.name)))
  }
}
