import type { Artifact, JournalEvent, RecordedError, StepStatus } from '@lorc/runner'
import type { PathStep, RunStory, Span } from '@lorc/runner/insight'

/** A stretch of a step's time, in milliseconds from the run's beginning. `by` as a span has it. */
export interface Stretch {
  kind: Span['kind']
  from: number
  to: number
  /** Of an attempt: how it ended. */
  end?: string
  attempt?: number
  by?: string
}

/** A step as the page shows it; times are milliseconds from the run's beginning. What does not apply is absent. */
export interface StepRow {
  name: string
  type: string
  status: StepStatus
  attempts: number
  /** When it could begin. */
  ready?: number
  from?: number
  to?: number
  /** What its attempts took. */
  took?: number
  spans: Stretch[]
  after?: string
  itemOf?: string
  phase?: string
  blockedBy?: string
  reason?: string
  cached?: true
  importedFrom?: string
  childRun?: string
  cpuMs?: number
  rssBytes?: number
  exitCode?: number
  error?: Pick<RecordedError, 'code' | 'message' | 'fix'>
  outputs?: string[]
  files?: string[]
  log?: string
  /** How much of the log's beginning is left out, in bytes. */
  logCut?: number
}

/** A write to a key, as text. */
export interface ValueText {
  text: string
  /** How many characters are left out. */
  cut: number
  who: string
  step: string | null
  attempt: number | null
  at: number
}

export interface KeyRow {
  key: string
  /** The last first. */
  versions: ValueText[]
}

export interface FileRow extends Artifact {
  step: string
  /** As a URL that holds a small image. */
  image?: string
}

/** Everything that a report tells. Texts are masked, not yet escaped. */
export interface ReportData {
  runId: string
  name: string
  description: string | null
  status: string
  abandoned: boolean
  paused: { by: string; reason: string } | null
  parent: { runId: string; step: string } | null
  createdAt: number
  endedAt: number | null
  /** Milliseconds from the beginning to the end, or to the last event. */
  totalMs: number
  counts: { [status in StepStatus]?: number }
  error: RecordedError | null
  failedStep: string | null
  recipe: { path: string; sha256: string } | null
  facts: RunFacts
  story: RunStory
  path: PathStep[]
  running: { at: number; running: number }[]
  /** Stretches in which nothing could start, from the run's beginning. */
  halts: { kind: string; from: number; to: number; by: string | null }[]
  steps: StepRow[]
  keys: KeyRow[]
  /** Keys that are left out. */
  keysLeft: number
  files: FileRow[]
  /** What leads from the report to the workspace, as a URL: empty or with `/` at its end. */
  filesAt: string
  commands: (readonly [line: string, does: string])[]
  graph: string
  /** Of lorc itself. */
  version: string
  madeAt: number
}

/** What the journal's first event tells. */
export type RunFacts = Pick<JournalEvent & { type: 'run.created' }, 'params' | 'versions' | 'code' | 'options' | 'env'> & {
  events: number
  /** Of the last event. */
  hash: string
  planHash: string
}
