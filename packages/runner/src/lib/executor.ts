import type { StepContext } from '@lorc/context'
import type { AttemptMetrics, RecordedError, RecordedWrite } from './events.ts'
import type { Scope } from './expressions/scope.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { PlanStep, RetryPolicy } from './plan.ts'
import type { SecretMask } from './secrets/secret-mask.ts'

/** One try at a step, as an executor sees it. All paths are absolute. */
export interface Attempt {
  readonly runId: string
  /** When the run was created: Unix milliseconds, the same on every attempt and resume. */
  readonly runCreatedAt: number
  /** The time that the run is for, Unix milliseconds: that of its schedule, of the run that it repeats or is a step of, else when it was created. */
  readonly runTime: number
  readonly step: PlanStep
  /** Index of the step in its plan. */
  readonly index: number
  /** 1 for the first. */
  readonly number: number
  /** What the run's steps draw chance from: the same when the run is repeated. */
  readonly seed: number
  /** Of a step that is an item of a `for_each` step, `name[index]`. */
  readonly item: { readonly value: JsonValue; readonly index: number } | undefined
  /** `runId/step`: the same on every attempt. */
  readonly idempotencyKey: string
  readonly workspace: string
  /** `artifacts/<step>` of the run; the executor creates it (recursively) before it hands it to user code. */
  readonly artifactsDir: string
  /** The file that takes the attempt's raw output (stderr, logs, stdout that is not the envelope); its folder exists. */
  readonly logPath: string
  /** The complete environment of a child process: PATH, HOME, LANG, TMPDIR, LORC_*, and what the step is granted. */
  readonly env: Readonly<Record<string, string>>
  /** The context as it was when the step started, plus the step's own writes. */
  readonly context: StepContext
  /**
   * Aborted on cancel and on timeout. `signal.reason` is the RunnerError to report (STEP_TIMEOUT or STEP_CANCELLED). The
   * executor ends the whole process group, SIGTERM first, SIGKILL after `graceMs`, and only then settles. One that has not
   * 5 s later is given up: the attempt has ended so, and what is answered from then on counts for nothing.
   */
  readonly signal: AbortSignal
  /** Masks the run's secrets in what is printed; absent where it has none. What reaches the log past it is masked at the end. */
  readonly mask?: SecretMask | undefined
  readonly graceMs: number
  /** Reports a spawned process group, to be journaled, so that a resume can end it. `startTime` as processStartTime() gives it. */
  onSpawn(process: { pid: number; startTime: string }): void
  /** The run that this attempt, or one before it, was linked with. */
  readonly childRun: string | null
  /** Records that this step drives another run; resolves once that is durable. */
  link(runId: string): Promise<void>
  onProgress(done: number, total: number | null): void
  /** What the step's expressions see now, its own writes included. */
  scope(): Scope
}

/** What an executor measured; the driver adds `wallMs`. */
export type MeasuredMetrics = Omit<AttemptMetrics, 'wallMs'>

/** How an attempt ended. Executors return this and do not throw for anything that user code does. */
export type AttemptOutcome =
  | {
      status: 'ok'
      /** Keys and files the scriptlet named; null: it named none, and the keys that were set count. */
      outputs: string[] | null
      /** Writes that did not go through `attempt.context`; merged into it by the driver, which checks them. */
      writes?: Record<string, RecordedWrite>
      /** Further fields of the envelope. */
      meta?: JsonObject
      metrics?: MeasuredMetrics
      /** Lines of its log, a few, of an executor that would make a file for them alone: they are kept in the journal. */
      log?: readonly string[]
    }
  | {
      status: 'error'
      error: RecordedError
      metrics?: MeasuredMetrics
      /** What the code itself says of further attempts; counts where the step says nothing. */
      retry?: RetryPolicy
    }

/** Runs attempts of one or more step types. What it answers is checked: else the attempt fails with STEP_RETURN_INVALID. */
export interface StepExecutor {
  readonly types: readonly string[]
  execute(attempt: Attempt): AttemptOutcome | Promise<AttemptOutcome>
  /** The versions of what these steps of a plan use, for the record of a new run; merged into what the run is given. */
  versions?(steps: readonly PlanStep[]): Promise<JsonObject>
  /** Ends what is left running and frees the pools. Called once, by the runner that owns the executor. */
  close(): Promise<void>
}
