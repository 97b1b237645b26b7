import type { Context } from '@lorc/context'
import type { Artifact, AttemptMetrics, EventData, GitCheckout, JournalEvent, RecordedError, RunOptions, RunOrigin, RunStatus, StepStatus } from './events.ts'
import type { StepExecutor } from './executor.ts'
import type { JobPort } from './job-port.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { Plan } from './plan.ts'
import type { RemovedRuns } from './run-removal.ts'
import type { RunPreview } from './start/preview.ts'
import type { RunStore } from './store.ts'

/** Time as the runner sees it. Tests pass a fake one. */
export interface Clock {
  /** Unix milliseconds; may jump. */
  now(): number
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number
  /** Calls `wake` once after `ms`; returns how to call it off. */
  sleep(ms: number, wake: () => void): () => void
}

/** Chance and names. Tests pass a seeded one. */
export interface Ids {
  /** Uniform in [0, 1). */
  random(): number
}

/** What a runner is made with; only `workspace` is needed. */
export interface RunnerOptions {
  /** Absolute path of the folder that recipes' paths are relative to. */
  workspace: string
  /** Where journals are kept. Default: SQLite in `<workspace>/.lorc/lorc.db`. A store that is passed is not closed by the runner. */
  store?: RunStore
  /** Executors for further step types, or instead of the built-in ones for `node`, `python` and `shell`. */
  executors?: readonly StepExecutor[]
  /** What steps of type `job` need: where jobs are, and where their events go. Without it there are no such steps. */
  jobs?: JobPort
  /** Steps at once. Default: the number of cores. A plan's or a run's own `concurrency` comes first. */
  concurrency?: number
  /** The environment that `env:` grants from and that PATH, HOME, LANG and TMPDIR come from. Default: none of them. */
  env?: Readonly<Record<string, string | undefined>>
  /** Folders (absolute) outside the workspace and packages that modules may come from as well. */
  allow?: readonly string[]
  /** The Python interpreter. Default: `.venv/bin/python` of the workspace, else `python3` on PATH. */
  python?: string
  /** Holds logs and scratch files; a relative path is of the working directory. Default `<workspace>/.lorc`. */
  stateDir?: string
  /** Holds `<run_id>/artifacts` and, on request, the run folder's views; a path as in `stateDir`. Default `<workspace>/runs`. */
  runsDir?: string
  /** Milliseconds for which a driver's heartbeat may stand still before another takes the run over. Default 10000. */
  leaseMs?: number
  /** Milliseconds between SIGTERM and SIGKILL. Default 5000. */
  graceMs?: number
  /**
   * How many events of runs that were viewed are kept as what they add up to, so that viewing a run again reads only what
   * came since. The context of such a view goes on with the run. Default 0.
   */
  viewedEvents?: number
  /** Default: the time of this machine. */
  clock?: Clock
  /** Default: Math.random. */
  ids?: Ids
  /**
   * Told of each run that begins or goes on here, those of steps included, before anything of it happens. Where it throws, `start`
   * and `resume` reject with that, and the run is let go of: it can be resumed.
   */
  onRun?: (handle: RunHandle) => void
  /** Versions of what embeds the runner, recorded in each run, e.g. `{ lorc: '0.1.0' }`. */
  versions?: JsonObject
}

/** What a run is started with. Nothing is needed but the parameters that its plan asks for. */
export interface StartOptions extends RunOptions {
  /** By name. A copy is kept; the plan's defaults are added. */
  params?: JsonObject
  /** The file that the plan was compiled from: recorded. */
  recipe?: { path: string; sha256: string }
  /** Run from this step on: it, its transitive dependents and what the source run did not complete. */
  resumeFrom?: string[]
  /** Steps that are complete before the run begins, as the journal of another run has them: instead of `resumeFrom`. */
  imported?: readonly Extract<EventData, { type: 'step.completed' }>[]
  /** The source of `resumeFrom`. Default: the last run of a plan of this name. */
  fromRun?: string
  /** Ends the run as cancelled when aborted. */
  signal?: AbortSignal
  /** The step of another run whose work this run is: recorded. */
  parent?: { runId: string; step: string }
  /** What steps draw chance from: a whole number from 0 to 2147483647. Default: one that follows from the run's id. */
  seed?: number
  /**
   * The time that the run is for, Unix milliseconds: `run.time` of expressions. Default: that of the schedule it is of (`origin`),
   * else when it is created.
   */
  time?: number
  /** What was asked for, where the plan was made of a request: recorded. */
  request?: JsonValue
  /** What made the run: recorded. */
  origin?: RunOrigin
  /** Recorded with the runner's own `versions`. */
  versions?: JsonObject
  /** A service takes it in: recorded with the run, so that the service takes it up again where nobody drives it. */
  accepted?: true
  /** What makes a run that is asked for twice one run. RUN_KEY_TAKEN, where there is a run of this key. */
  idempotency?: { key: string; fingerprint: string }
  /** Its id: `run_`, then letters, digits, `_`, `.` and `-`. Default: a new one. */
  runId?: string
}

/** How a run goes on. Without options: as it began, from where it stopped. */
export interface ResumeOptions {
  /** Ends the run as cancelled when aborted. */
  signal?: AbortSignal
  /** Steps at once. Default: as the run began. */
  concurrency?: number
  /** Default: as the run began. */
  failFast?: boolean
  /** A person's repair, journaled before anything runs: in the order `set`, `skip`, `from`. */
  repair?: Repair
}

/** What a person changes of a run before it goes on. `by` and `reason` are recorded. */
export interface Repair {
  by: string
  reason: string
  /** Context writes, attributed to `by`. */
  set?: { [key: string]: JsonValue }
  /** Steps (items too: `name[i]`) that count as skipped: what depends on them goes on. */
  skip?: string[]
  /** These run again with everything that depends on them, also when they had completed. */
  from?: string[]
}

/** How a step, or an item of one, stands. Times are Unix milliseconds, of its last attempt; null: it has not come to that. */
export interface StepState {
  name: string
  status: StepStatus
  /** Attempts begun. */
  attempts: number
  startedAt: number | null
  endedAt: number | null
  /** Of its last attempt. */
  metrics: AttemptMetrics | null
  /** What it reported, or else the context keys that it wrote: keys, and paths of files. */
  outputs: string[]
  /** The files that it left, with their hashes. */
  artifacts: Artifact[]
  error: RecordedError | null
  /** The step that blocks this one. */
  blockedBy: string | null
  /** Why it was skipped or cancelled. */
  reason: string | null
  /** Further fields of its envelope; of a job `result` and `events`. Of a step with items `result`: theirs, in their order. */
  meta: JsonObject | null
  /** What its last attempt printed, where that is in no file. */
  log?: string[]
  /** Its outputs came from the cache; it did not run. */
  cached: boolean
  /** The run that its outputs were taken over from. */
  importedFrom: string | null
  /** Of a `for_each` step: how many items it has; null before they are known, and for every other step. */
  items: number | null
  /** Of an item: the name of its `for_each` step. */
  itemOf: string | null
  /** The run that a step of type `recipe` drives. */
  childRun: string | null
  /** Of an approval: what is asked, until when, and what was decided. */
  approval: Approval | null
}

/** What a step asks a person. Times are Unix milliseconds. */
export interface Approval {
  message: string
  /** Who may decide; null: anybody. */
  by: string[] | null
  requestedAt: number
  /** When it fails for want of a decision; null: never. */
  expiresAt: number | null
  decision: { approved: boolean; by: string; reason: string; at: number } | null
}

/** What a run came to. */
export interface RunResult {
  runId: string
  status: Exclude<RunStatus, 'running'>
  /** What its steps wrote. */
  context: Context
  /** The step that failed the run, if one did. */
  failedStep: string | null
  error: RecordedError | null
  /** In the plan's order, the items of a `for_each` step after it. */
  steps: StepState[]
}

/** Which events of a run, and for how long. */
export interface FollowOptions {
  /** The first event to give, by its `seq`. Default 0. */
  fromSeq?: number
  /** Until the run has ended. Default: what there is. */
  follow?: boolean
  signal?: AbortSignal
}

/** A run that is driven in this process. */
export interface RunHandle {
  readonly runId: string
  readonly plan: Plan
  /** Files of code (paths as recorded) that changed since the run began; empty for a new run. */
  readonly changedCode: readonly string[]
  /** The recipe's file, where it is another than the run began with: the recorded plan is run all the same. */
  readonly changedRecipe: string | null
  /** Every event of the run from the first, each once durable; ends when this driver's work on the run ends. */
  events(): AsyncIterable<JournalEvent>
  /** Resolves when the run has ended, failed and cancelled runs too; rejects with RunnerError when it cannot be driven further (RUN_FENCED, STORE_*). */
  readonly result: Promise<RunResult>
  /** Stops starting, ends what is in flight, records it. With `kill`, in flight processes get SIGKILL at once. */
  cancel(options: { by: string; reason: string; kill?: boolean }): void
  /** In flight finishes, nothing starts, until `unpause`. */
  pause(options: { by: string; reason: string }): void
  /** Goes on; where the run is not paused, nothing happens. */
  unpause(options: { by: string; reason: string }): void
  /** Throws APPROVAL_UNKNOWN, APPROVAL_DECIDED, APPROVAL_NOT_ALLOWED. */
  approve(step: string, decision: ApprovalDecision): void
  /** Path of the log file of an attempt; it exists once the attempt wrote something. Throws RUN_STEP_UNKNOWN. */
  logPath(step: string, attempt: number): string
  /** Attempts that are under way here, but for those that wait for another run. 0: it waits for a person, a time or a slot. */
  readonly inFlight: number
  /** What the running attempt of a step last said of its progress (never journaled); null: nothing. */
  progress(step: string): { done: number; total: number | null } | null
}

/** What a person decides of an approval. */
export interface ApprovalDecision {
  approved: boolean
  by: string
  reason: string
}

/** What a run was made of, as it was when the run began. */
export interface Provenance {
  seed: number
  /** The time that the run is for: Unix milliseconds. */
  time: number
  request: JsonValue
  origin: RunOrigin | null
  options: RunOptions
  /** Of lorc, its runner, Node, and what else the embedding program names. */
  versions: JsonObject
  /** Versions of the packages that the plan's code uses, by name. */
  packages: { [name: string]: string }
  git: GitCheckout | null
  /** SHA-256 (hex) of each file of code that the plan uses, by its path; of a package's version, by `npm:<name>`. */
  code: { [path: string]: string }
  /** The run that `resumeFrom` took results from. */
  importedFrom: string | null
}

/** What can be read of a run without driving it. */
export interface RunView {
  runId: string
  name: string
  status: RunStatus
  /** `running` with nobody driving it: its driver is gone or its lease stood still. */
  abandoned: boolean
  createdAt: number
  endedAt: number | null
  plan: Plan
  params: JsonObject
  recipe: { path: string; sha256: string } | null
  context: Context
  error: RecordedError | null
  failedStep: string | null
  /** In its journal. */
  events: number
  /** Who paused it and has not let it go on since. */
  paused: { by: string; reason: string; at: number } | null
  /** Who has cancelled it, while what runs is being ended and its handlers run; `by` is `_runner` where it was a time limit. */
  cancelling: { by: string; reason: string } | null
  parent: { runId: string; step: string } | null
  provenance: Provenance
  /** In the plan's order, the items of a `for_each` step after it. */
  steps: StepState[]
}

/** The outcome of checking a journal's hash chain. */
export type Verification =
  | { ok: true; events: number; hash: string }
  | { ok: false; events: number; badSeq: number; reason: string }

/**
 * Runs plans over a store, and reads and steers the runs that are there, whichever process drives them. Of a run that is not
 * there, what reads or steers it rejects with RUN_UNKNOWN; once the runner is closed, what begins or steers one with RUNNER_CLOSED.
 */
export interface Runner {
  /** Where its runs are kept. */
  readonly store: RunStore
  /** Rejects with RunnerError (PLAN_INVALID, PARAMS_INVALID, RUN_OPTION_INVALID, RUN_ID_TAKEN, RUN_KEY_TAKEN, RUN_STEP_UNKNOWN, RUN_NO_SOURCE, STORE_*) before anything ran. */
  start(plan: Plan, options?: StartOptions): Promise<RunHandle>
  /**
   * Makes a run as `start` does, but drives it only once `begin` is called: many that are made together cost little more than
   * a line in the journal each. Resolves once it is durable. Until then, and after a crash or `close`, it is like a run whose
   * driver is gone: whoever resumes it begins it. Rejects as `start` does.
   */
  accept(plan: Plan, options?: Omit<StartOptions, 'signal' | 'accepted'>): Promise<{ runId: string }>
  /** Begins to drive a run that this runner has accepted. Rejects with RUN_UNKNOWN for any other. */
  begin(runId: string): Promise<RunHandle>
  /** What `start` would do: which steps would run, in which order, for how long. Changes nothing; rejects as `start` does. */
  preview(plan: Plan, options?: StartOptions): Promise<RunPreview>
  /** Rejects with RUN_UNKNOWN, RUN_HELD. A completed run resolves at once and runs nothing. */
  resume(runId: string, options?: ResumeOptions): Promise<RunHandle>
  /** Asks the driver of a run to cancel it; takes the lease and cancels it itself when there is no live driver. */
  cancel(runId: string, options: { by: string; reason: string }): Promise<'requested' | 'cancelled' | 'already_ended'>
  /** As `cancel`: asks the driver, or journals it when there is no live one. Rejects with RUN_ENDED. */
  pause(runId: string, options: { by: string; reason: string }): Promise<'requested' | 'done'>
  /** With no live driver the run still has to be resumed. Rejects with RUN_ENDED, RUN_NOT_PAUSED. */
  unpause(runId: string, options: { by: string; reason: string }): Promise<'requested' | 'done'>
  /** As `cancel`. Rejects with APPROVAL_UNKNOWN, APPROVAL_DECIDED, APPROVAL_NOT_ALLOWED, RUN_ENDED. */
  approve(runId: string, step: string, decision: ApprovalDecision): Promise<'requested' | 'done'>
  /** Reads a run's journal, and tells what it adds up to now. Rejects with RUN_JOURNAL_BROKEN. */
  view(runId: string): Promise<RunView>
  /**
   * Whether somebody drives the run, as far as can be told without waiting, and without reading its journal. A driver on another
   * machine counts until it has been asked for again after `leaseMs` without a sign of life.
   */
  isDriven(runId: string): Promise<boolean>
  /** The journal of a run, parsed. */
  events(runId: string, options?: FollowOptions): AsyncIterable<JournalEvent>
  /** Checks the hash chain of a run's journal: a change of any byte of it shows. */
  verify(runId: string): Promise<Verification>
  /**
   * Writes (or rewrites) the run folder: run.json, results.json, logs.jsonl, events.ndjson. Returns its path. Right after a run
   * has ended, its handle spares reading what it wrote itself.
   */
  writeRunFolder(run: string | RunHandle): Promise<string>
  /** Path of the log file of an attempt; it exists once the attempt wrote something. Rejects with RUN_STEP_UNKNOWN. */
  logPath(runId: string, step: string, attempt: number): Promise<string>
  /**
   * Removes runs that have ended, with all that is kept of them: journal, logs, run folder with its artifacts. The newest of
   * all stays, and so does a run that goes on, is paused, abandoned or held. A process that is killed meanwhile leaves no half
   * of a run; the next removal, also of no runs, deletes the folders that it has left.
   */
  remove(runIds: readonly string[]): Promise<RemovedRuns>
  /**
   * Ends pools and, if the runner opened it, the store. Waits for runs in flight to stop (they stay resumable): nothing more
   * begins, attempts under way may end by themselves for `settleMs` (default 0), and are ended then. Rejects, once all that is done, as
   * the `close` of an executor did.
   */
  close(options?: { settleMs?: number }): Promise<void>
}
