import type { JsonObject } from '../json.ts'
import type { PlanStep } from '../plan.ts'

/** What a run would do with a step, as far as that can be told before it. */
export type StepPreview = {
  step: string
  phase: NonNullable<PlanStep['phase']>
  /**
   * Steps of one wave can run at the same time, given the slots; each wave waits for something in the one before. Null:
   * it is not known whether it will run.
   */
  wave: number | null
  /** The median of past runs, milliseconds; null: it has never completed. */
  usualMs: number | null
  /** Milliseconds from the run's start; null: it does not run, or no past run tells. */
  startMs: number | null
  endMs: number | null
} & StepDecision

/**
 * `run`: it runs. `cached`: its result is taken from the cache. `skipped`, `imported`: as the options say. `perhaps`: what
 * happens before it decides.
 */
export type StepDecision =
  | { will: 'skipped'; why: { kind: 'option'; reason: string } }
  | { will: 'imported'; why: { kind: 'imported'; runId: string } }
  | { will: 'cached'; why: { kind: 'hit'; runId: string; at: number } }
  | { will: 'run'; why: RunReason }
  | { will: 'perhaps'; why: PerhapsReason }

/**
 * `no_cache`: it asks for none, or the run takes none. `first`: nothing of it is kept. `changed`: what it is made from
 * differs from the kept result that is nearest, in these parts. `values`: these keys do not hold what it read then.
 * `file`: one that it left is gone or altered.
 */
export type RunReason =
  | { kind: 'no_cache' }
  | { kind: 'first' }
  | { kind: 'changed'; runId: string; parts: string[] }
  | { kind: 'values'; runId: string; keys: string[] }
  | { kind: 'file'; runId: string; path: string }

/**
 * `values`: it is taken from the cache if these keys come out as they were then. `template`: what it is made from is known
 * when it starts, as it has expressions, or files that steps before it may write anew. `when`: its condition decides.
 * `phase`: how the run ends decides.
 */
export type PerhapsReason =
  | { kind: 'values'; runId: string; keys: string[] }
  | { kind: 'template' }
  | { kind: 'when'; when: string }
  | { kind: 'phase' }

/** What `start` would do. */
export interface RunPreview {
  /** In the order in which they would start; what would not start, or perhaps, in the plan's order after that. */
  steps: StepPreview[]
  /** Steps at once. */
  concurrency: number
  /** Complete, with defaults. */
  params: JsonObject
  /** Of the whole run, as the scheduler would go through it; null where no past run tells what any step takes. */
  makespanMs: number | null
  /** Of all steps, one after the other; null as well. */
  workMs: number | null
}
