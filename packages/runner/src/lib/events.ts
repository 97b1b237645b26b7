import type { JsonObject, JsonValue } from './json.ts'

/** What an attempt cost. `null`: the executor cannot tell (in-process steps share the runner's process). */
export interface AttemptMetrics {
  wallMs: number
  cpuUserMs: number | null
  cpuSystemMs: number | null
  peakRssBytes: number | null
  exitCode: number | null
}

/** A failure as it is recorded: facts for programs, a sentence for people. */
export interface RecordedError {
  code: string
  message: string
  exitCode?: number
  fix?: string
  details?: JsonObject
}

/** A file that a step wrote and named among its outputs. `path` is relative to the workspace. */
export interface Artifact {
  path: string
  bytes: number
  sha256: string
}

/**
 * A value that a step wrote. `floats` marks numbers that were written as floats though their value is integral (`1.0`
 * in Python): `true` marks every number of the value, an object mirrors the value's structure by key or index.
 */
export interface RecordedWrite {
  value: JsonValue
  who?: string
  floats?: FloatMarks
}
/** Numbers that were written as floats though they are whole (`1.0` in Python): all of the value, or those of its fields and elements. */
export type FloatMarks = true | { [key: string]: FloatMarks }

/** Which steps of a plan are run, and how; recorded, and kept by a resume. */
export interface RunOptions {
  /** These steps alone; the others count as skipped. Default: all. */
  only?: string[]
  /** These steps count as skipped: what waits for them runs all the same. */
  skip?: string[]
  /** A failure ends the steps that run. Default false: they go on to their end, and nothing more begins. */
  failFast?: boolean
  /** Steps at once. Default: the plan's, else the runner's. */
  concurrency?: number
  /** No step is taken from the cache; what completes is kept there. */
  noCache?: boolean
}

/** What made a run, where it was not asked for by itself. */
export type RunOrigin =
  /** `runId` ran again, with the same plan, parameters, options and seed. */
  | { type: 'rerun'; runId: string }
  /** A bundle (`sha256` of its file) of `runId`, repeated with recorded answers. */
  | { type: 'replay'; runId: string; sha256: string }
  /** `at`: the time that the schedule of `recipe` named, Unix milliseconds. */
  | { type: 'schedule'; recipe: string; at: number }

/** What was checked out where a run began, as `.git` tells it. `branch` is left out where HEAD is on none. */
export interface GitCheckout {
  commit: string
  branch?: string
}

/** Each event's own data. The journal adds `seq`, `ts`, `prev` and `hash` (see `EventEnvelope`). */
export type EventData =
  | {
      type: 'run.created'
      runId: string
      name: string
      planHash: string
      recipe: { path: string; sha256: string } | null
      params: JsonObject
      options: RunOptions
      versions: JsonObject
      /** SHA-256 (hex) of each file of code that the plan uses, by its path; of a package's version, by `npm:<name>`. */
      code: { [path: string]: string }
      importedFrom?: string
      /** The step of another run whose work this run is. */
      parent?: { runId: string; step: string }
      /** SHA-256 (hex, its first 16 digits) of each granted variable's value by its name; secrets are left out. */
      env?: { [name: string]: string }
      /** Left out: the seed that follows from the run's id (see `seedOf`). */
      seed?: number
      /** The time that the run is for, Unix milliseconds. Left out: that of its `origin`, else when it was created. */
      time?: number
      /** What was asked for, where the plan was made of a request. */
      request?: JsonValue
      origin?: RunOrigin
      /** Versions of the packages that the plan's code uses, by name. */
      packages?: { [name: string]: string }
      /** Left out where the workspace is in no git checkout. */
      git?: GitCheckout
    }
  | { type: 'driver.started'; epoch: number; pid: number; host: string; changedCode?: string[] }
  | { type: 'step.started'; step: string; attempt: number }
  | { type: 'step.spawned'; step: string; attempt: number; pid: number; startTime: string }
  | {
      type: 'step.completed'
      step: string
      attempt: number
      writes: { [key: string]: RecordedWrite }
      outputs: string[]
      artifacts: Artifact[]
      metrics: AttemptMetrics | null
      meta?: JsonObject
      /** Outputs were put back from the cache: the entry's key. */
      cached?: string
      /** Imported from this run by resume-from. */
      importedFrom?: string
      /** What it printed, line by line, where that is in no file. */
      log?: string[]
    }
  | {
      type: 'step.failed'
      step: string
      attempt: number
      error: RecordedError
      metrics: AttemptMetrics | null
      /** Milliseconds until the next attempt; absent when there is none. */
      retryInMs?: number
    }
  | { type: 'step.cancelled'; step: string; attempt: number; reason: string; metrics: AttemptMetrics | null }
  | { type: 'steps.cancelled'; steps: string[]; reason: string }
  | { type: 'steps.blocked'; steps: string[]; by: string }
  /** `by`: a person skipped it (`resume --skip`); else an option of the run or `when` did. */
  | { type: 'steps.skipped'; steps: string[]; reason: string; by?: string }
  /** The items of a `for_each` step; item i is the step `step[i]` from now on. */
  | { type: 'step.expanded'; step: string; items: JsonValue[] }
  /** A ready step waits for a slot of its concurrency group, which these hold now. */
  | { type: 'step.waiting'; step: string; group: string; limit: number; holders: { runId: string; step: string }[] }
  /** The run that a step of type `recipe` drives. */
  | { type: 'step.linked'; step: string; attempt: number; runId: string }
  /** Asked for once; `expiresAt` is Unix milliseconds. */
  | { type: 'approval.requested'; step: string; message: string; by: string[] | null; expiresAt: number | null }
  | { type: 'approval.decided'; step: string; approved: boolean; by: string; reason: string }
  /** `resume --from`: these are to run again, though they had ended. */
  | { type: 'steps.reset'; steps: string[]; by: string; reason: string }
  /** `resume --set`: an operator's writes. */
  | { type: 'context.set'; writes: { [key: string]: RecordedWrite }; by: string; reason: string }
  | { type: 'run.paused'; by: string; reason: string }
  | { type: 'run.unpaused'; by: string; reason: string }
  | { type: 'step.interrupted'; step: string; attempt: number }
  /** `code`: a time limit asked for it, and the run counts as failed. `kill`: the `always` steps are left out, too. */
  | { type: 'run.cancel_requested'; by: string; reason: string; code?: string; kill?: true }
  | { type: 'run.completed' }
  | { type: 'run.failed'; step: string | null; error: RecordedError }
  | { type: 'run.cancelled'; by: string; reason: string }

/** What an event is, e.g. `step.completed`. */
export type EventType = EventData['type']

/**
 * An event as the journal holds it. `hash` is the SHA-256 (hex) over the canonical JSON (RFC 8785) of the event without
 * `hash`; `prev` is the hash of the event before it, 64 zeros for the first. `ts` is Unix time in milliseconds.
 */
export type JournalEvent = EventData & EventEnvelope
/** What every event of a journal has: see JournalEvent. */
export interface EventEnvelope {
  /** Its place in the journal, from 0. */
  seq: number
  ts: number
  prev: string
  hash: string
}

/** `running` also for a run that waits, is paused, or that nobody drives at the moment. */
export type RunStatus = 'running' | 'completed' | 'failed' | 'cancelled'
/** `blocked`: something that it waits for failed, was cancelled or is blocked; `skipped`: a person or its `when` asked for that. */
export type StepStatus = 'waiting' | 'running' | 'completed' | 'failed' | 'cancelled' | 'blocked' | 'skipped'
