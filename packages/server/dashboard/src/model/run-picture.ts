import type { Insight, SpanRow, StepRow, StepStatus } from '../api/answers.ts'

/** A step, or an item of one, with its times in milliseconds since the run's beginning. */
export interface StepLine {
  name: string
  /** Of its step in the plan. */
  index: number
  isItem: boolean
  status: StepStatus
  attempts: number
  ready: number | null
  started: number | null
  ended: number | null
  spans: SpanRow[]
}

/** A run as far as it is known here. */
export interface RunPicture {
  /** What was last answered; its own `steps` and `at` are what had changed then. */
  insight: Insight
  /** In the plan's order, items after their step; undefined: they are many, and nobody has asked for them. */
  lines: readonly StepLine[] | undefined
  /** Positions of the steps of the critical path. */
  path: ReadonlySet<number>
}

/** Takes an answer in: all steps, those that changed since the one before, or none. Undefined: all have to be asked for. */
export function takeIn(before: RunPicture | undefined, insight: Insight): RunPicture | undefined {
  if (insight.steps === null) return picture(insight, undefined)
  const rows = insight.steps.map(lineOf)
  if (insight.at === null) return picture(insight, rows)
  if (before?.lines?.length !== insight.step_count || before.insight.seq < insight.since) return undefined
  const lines = [...before.lines]
  for (const [i, position] of insight.at.entries()) lines[position] = rows[i]!
  return picture(insight, lines)
}

function picture(insight: Insight, lines: readonly StepLine[] | undefined): RunPicture {
  return { insight, lines, path: new Set(insight.path.map(([position]) => position)) }
}

function lineOf([name, index, isItem, status, attempts, ready, started, ended, spans]: StepRow): StepLine {
  return { name, index, isItem, status, attempts, ready, started, ended, spans }
}

/** Milliseconds from its first start to its end, or until now; null: it did not run. */
export function tookOf({ started, ended, status }: StepLine, now: number): number | null {
  if (started === null || status === 'skipped' || status === 'blocked') return null
  return Math.max(0, (ended ?? now) - started)
}

/** How long the run has lasted, in milliseconds, at `now` (Unix milliseconds). */
export function lengthOfRun({ created_at, ended_at, until, status }: Insight, now: number): number {
  if (ended_at !== null) return Math.max(until, Date.parse(ended_at) - Date.parse(created_at))
  return status === 'running' ? Math.max(until, now - Date.parse(created_at)) : until
}
