import type { EventHub, EventsOptions, JobContext } from '@lorc/event-client'
import type { JsonObject } from './json.ts'
import type { PlanStep } from './plan.ts'

/** Where events of a job go, where that is not what the configuration says; recorded, so that a resume does the same. */
export type EventsChoice = NonNullable<NonNullable<PlanStep['job']>['events']>

/** Where the code of a declared job is. */
export interface JobPlace {
  /** Absolute path of the module. */
  readonly file: string
  readonly export: string
  /** The package's full name, e.g. `@acme/ingester`. */
  readonly package: string
  readonly version: string
  /** What messages call the job, e.g. `ingester/extract_gmail`. */
  readonly label: string
  /** JSON Schema of its parameters, where its package.json has one. */
  readonly params?: JsonObject
}

/** Finds a job that an installed package declares; runs none of its code. Throws, or rejects with, coded errors. */
export interface JobFinder {
  locate(packageName: string, job: string): JobPlace | Promise<JobPlace>
}

/** What steps of type `job` need besides their code. The embedding program supplies it. */
export interface JobPort extends JobFinder {
  /** The same for the same choice, for as long as the runner lives. */
  events(choice: EventsChoice): Promise<EventHub>
  /** The one BigQuery client, made when it is first asked for. */
  bigquery(choice: EventsChoice): ReturnType<JobContext['bigquery']>
  /** What a job in a process of its own opens these with, which delivers nothing: JSON. */
  elsewhere(choice: EventsChoice): Promise<EventsOptions>
  readonly logging: JobLogging
  /** Nothing is written: what jobs emit is counted, with samples of it. Default false. */
  readonly dryRun?: boolean
}

/** What the logs of jobs hold. */
export interface JobLogging {
  /** Lines below it are left out. */
  readonly level: JobLogLevel
  readonly format: 'text' | 'json'
}

/** From the least important on. */
export type JobLogLevel = 'debug' | 'info' | 'warn' | 'error'
