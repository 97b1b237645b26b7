import type { SinkName, SinkSettings } from '@lorc/event-client'
import type { Durability, JobLogging, JobLogLevel } from '@lorc/runner'

/** Where events go, and how. What is left out is as the environment says, else as by default. */
export interface EventsConfig extends Omit<SinkSettings, 'sink'> {
  /** Default: LORC_EVENTS_SINK, else `sqlite`. */
  sink?: SinkName
  /** A job may complete once its events are in the outbox. Default: false. */
  allowOutbox?: boolean
  /** Largest batches: rows, bytes, and milliseconds of age. */
  batch?: { rows?: number; bytes?: number; ageMs?: number }
}

/** Which packages have jobs, besides those that the workspace declares. */
export interface JobsConfig {
  /** Folders of further packages; `*` and `**` as in npm's `workspaces`. Default: none. */
  paths?: string[]
  /** Packages that the workspace does not declare, but something that it declares brings with it; `*` for any letters. Default: none. */
  allow?: string[]
  /** Packages whose jobs are left out, whatever else holds; `*` for any letters. Default: none. */
  deny?: string[]
}

/** What a `lorc.config.{ts,json,yaml}` may hold. A relative path is relative to the workspace. */
export interface ConfigFile {
  /** The interpreter of Python steps, a path or a name on PATH. Default: the workspace's `.venv`, else `python3`. */
  python?: string | undefined
  /** Steps at once, at least 1. Default: the number of cores. */
  concurrency?: number | undefined
  /** Where journals are kept: one SQLite database, or a folder for each run. Default: `sqlite`. */
  store?: 'sqlite' | 'files' | undefined
  /**
   * `power`: what was acknowledged survives a power cut. `process`: a killed process, not a power cut, and is faster.
   * Default: `power`.
   */
  durability?: 'power' | 'process' | undefined
  /** Folders outside the workspace, and packages, that code may come from as well. Default: none. */
  allow?: string[] | undefined
  /** Seconds between SIGTERM and SIGKILL when a step is ended, up to 3600. Default: 5. */
  graceSec?: number | undefined
  /** Seconds for which a driver may be silent before another process may take its run over, 0.5 to 3600. Default: 10. */
  leaseSec?: number | undefined
  /** Where events go. */
  events?: EventsConfig | undefined
  /** Where jobs are found. */
  jobs?: JobsConfig | undefined
  /** What the log of a job has: this level and above (default `info`), as lines for people or for programs (default `text`). */
  logging?: { level?: JobLogLevel; format?: 'text' | 'json' } | undefined
  /** Settings of `lorc serve`; docs/server.md lists them. */
  server?: Record<string, unknown> | undefined
  /** The modules that scenarios and recipes call over HTTP, by name; docs/modules.md says what each may hold. */
  modules?: Record<string, unknown> | undefined
}

/** What `lorc.config.{ts,json,yaml}` settles, complete with its defaults. Paths are absolute. */
export interface LorcConfig {
  /** The Python interpreter. Null: `.venv/bin/python` of the workspace, else `python3` on PATH. */
  python: string | null
  /** Steps at once. Null: the number of cores. */
  concurrency: number | null
  /** Where journals are kept: one SQLite database, or a folder for each run. */
  store: 'sqlite' | 'files'
  /**
   * `power`: what was acknowledged survives a power cut. `process`: it survives a killed process only, and is faster.
   */
  durability: Durability
  /** Folders outside the workspace, and packages, that modules and scripts may come from as well. */
  allow: readonly string[]
  /** Seconds between SIGTERM and SIGKILL when a step is ended. */
  graceSec: number
  /** Seconds for which a driver may give no sign of life before another process may take its run over. */
  leaseSec: number
  /** Where events go, as far as the file says. */
  events: EventsConfig
  jobs: Readonly<Required<JobsConfig>>
  /** What the log of a job has. */
  logging: JobLogging
  /** Settings of `lorc serve`, which checks them. */
  server: Readonly<Record<string, unknown>>
  modules: Readonly<Record<string, unknown>>
}

export const DEFAULT_CONFIG: LorcConfig = {
  python: null,
  concurrency: null,
  store: 'sqlite',
  durability: 'power',
  allow: [],
  graceSec: 5,
  leaseSec: 10,
  events: {},
  jobs: { paths: [], allow: [], deny: [] },
  logging: { level: 'info', format: 'text' },
  server: {},
  modules: {},
}
