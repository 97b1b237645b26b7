import type { AttemptRecord, RunSummary } from '@lorc/runner'
import { type Distribution, distributionOf } from './distribution.ts'

/** What the runs of a time came to. Durations are milliseconds. */
export interface RunStats {
  runs: number
  completed: number
  failed: number
  cancelled: number
  /** Of the runs that completed or failed, the share that completed; null where there is none. */
  successRate: number | null
  /** Of the runs that completed. */
  duration: Distribution
}

/** What one step came to in all of them. */
export interface StepStats {
  step: string
  /** Runs in which it was tried. */
  runs: number
  attempts: number
  /** Attempts that failed. */
  failures: number
  /** Runs in which it failed first and completed then: it is flaky. */
  recovered: number
  /** Runs in which it failed for good. */
  failedRuns: number
  cached: number
  /** Of the attempts that completed. */
  duration: Distribution
  /** All that its attempts took, failed ones too. */
  totalMs: number
  /** Its median in each part of the time, the oldest first; null: it did not run then. */
  trend: (number | null)[]
}

export function runStats(runs: readonly RunSummary[]): RunStats {
  const of = (status: RunSummary['status']): RunSummary[] => runs.filter((run) => run.status === status)
  const [completed, failed] = [of('completed'), of('failed')]
  const ended = completed.length + failed.length
  return {
    runs: runs.length,
    completed: completed.length,
    failed: failed.length,
    cancelled: of('cancelled').length,
    successRate: ended === 0 ? null : completed.length / ended,
    duration: distributionOf(completed.flatMap(({ createdAt, endedAt }) => (endedAt === null ? [] : [endedAt - createdAt]))),
  }
}

/** The runs in `parts` parts of the same number, the oldest first; fewer parts where there are fewer runs. */
export function inParts(runs: readonly RunSummary[], parts: number): RunSummary[][] {
  const oldestFirst = runs.toReversed()
  const number = Math.min(parts, oldestFirst.length)
  return Array.from({ length: number }, (_, part) => {
    const from = Math.floor((part * oldestFirst.length) / number)
    return oldestFirst.slice(from, Math.floor(((part + 1) * oldestFirst.length) / number))
  })
}

/**
 * What each step of these runs came to; `nameOf` folds names into one (the items of a step). The one that took the most
 * time in all comes first.
 */
export function stepStats(
  parts: readonly (readonly RunSummary[])[],
  attempts: Iterable<AttemptRecord>,
  nameOf: (step: string) => string,
): StepStats[] {
  const partOf = new Map(parts.flatMap((runs, part) => runs.map(({ runId }) => [runId, part] as const)))
  const tallies = new Map<string, Tally>()
  for (const attempt of attempts) {
    const part = partOf.get(attempt.runId)
    if (part === undefined) continue
    const name = nameOf(attempt.step)
    let tally = tallies.get(name)
    if (tally === undefined) tallies.set(name, (tally = new Tally(parts.length)))
    tally.add(attempt, part)
  }
  return [...tallies].map(([step, tally]) => tally.stats(step)).sort((a, b) => b.totalMs - a.totalMs)
}

/** What became of one step, or item, in one run. */
interface InRun {
  failures: number
  completed: boolean
}

class Tally {
  readonly #took: number[][]
  readonly #inRuns = new Map<string, InRun>()
  readonly #runs = new Set<string>()
  #attempts = 0
  #failures = 0
  #cached = 0
  #totalMs = 0

  constructor(parts: number) {
    this.#took = Array.from({ length: parts }, () => [])
  }

  add({ runId, step, status, startedAt, endedAt, metrics }: AttemptRecord, part: number): void {
    const key = `${runId} ${step}`
    const inRun = this.#inRuns.get(key) ?? { failures: 0, completed: false }
    this.#inRuns.set(key, inRun)
    this.#runs.add(runId)
    if (status === 'cached') {
      this.#cached++
      inRun.completed = true
      return
    }
    const tookMs = metrics?.wallMs ?? endedAt - startedAt
    this.#attempts++
    this.#totalMs += tookMs
    if (status === 'failed') {
      this.#failures++
      inRun.failures++
    }
    if (status !== 'completed') return
    inRun.completed = true
    this.#took[part]?.push(tookMs)
  }

  stats(step: string): StepStats {
    const inRuns = [...this.#inRuns.values()]
    return {
      step,
      runs: this.#runs.size,
      attempts: this.#attempts,
      failures: this.#failures,
      recovered: inRuns.filter(({ failures, completed }) => failures > 0 && completed).length,
      failedRuns: inRuns.filter(({ failures, completed }) => failures > 0 && !completed).length,
      cached: this.#cached,
      duration: distributionOf(this.#took.flat()),
      totalMs: this.#totalMs,
      trend: this.#took.map((took) => distributionOf(took).p50),
    }
  }
}

/** Runs in which a step failed or had to be tried again, those of the worst step first; steps without any are left out. */
export function flakiest(steps: readonly StepStats[]): StepStats[] {
  const trouble = ({ recovered, failedRuns }: StepStats): number => recovered + failedRuns
  return steps.filter((step) => trouble(step) > 0).sort((a, b) => trouble(b) - trouble(a) || b.failures - a.failures)
}
