import type { JobLogLevel } from '@lorc/runner'
import type { OptionSpecs } from '../command-line/option-spec.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies JobLogLevel[]

/** Options of a job alone. */
export const JOB_OPTIONS = {
  account: { kind: 'text', label: 'ACCOUNT', summary: 'Of a job: whose data it works on' },
  since: { kind: 'text', label: 'TIME', summary: 'Of a job: from when on. 2026-01-31, 2026-01-31T12:00Z, or back from now: 30m, 24h, 7d, 2w' },
  until: { kind: 'text', label: 'TIME', summary: 'Of a job: up to when, written as --since is' },
  timeout: { kind: 'text', label: 'DURATION', summary: 'Of a job: how long an attempt may take (90s, 10m, 2h); it then has a process of its own' },
  retries: { kind: 'integer', label: 'N', min: 0, summary: 'Of a job: how often it is tried again after a transient error. Default: as the job says' },
  isolate: { kind: 'flag', summary: 'Of a job: run it in a process of its own' },
} as const satisfies OptionSpecs

/** Options of jobs, also of those that the steps of a recipe run. */
export const EVENT_OPTIONS = {
  sink: { kind: 'text', label: 'SINK', summary: 'Where the events of jobs go. Default: as LORC_EVENTS_SINK or the configuration says' },
  'smoke-namespace': { kind: 'text', label: 'NS', summary: 'Write what jobs emit into the tables of smoke_NS instead' },
  'allow-outbox': { kind: 'flag', summary: 'A job may complete once its events are safe on disk; they are delivered later' },
  'log-level': { kind: 'choice', choices: LEVELS, summary: 'What jobs log: this level and above. Default: as the configuration says, else info' },
} as const satisfies OptionSpecs

/** What was given of the options above. */
export interface EventOptions {
  readonly sink: string | undefined
  readonly 'smoke-namespace': string | undefined
  readonly 'allow-outbox': boolean
  readonly 'log-level': JobLogLevel | undefined
}

export interface JobOptions extends EventOptions {
  readonly account: string | undefined
  readonly since: string | undefined
  readonly until: string | undefined
  readonly timeout: string | undefined
  readonly retries: number | undefined
  readonly isolate: boolean
  readonly param: readonly string[]
  readonly 'params-file': string | undefined
}
