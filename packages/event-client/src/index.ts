export type * from './lib/event.ts'
export type * from './lib/event-client.ts'
export type * from './lib/json.ts'
export type * from './lib/sink.ts'
export type * from './lib/jobs/standard-schema.ts'
export { EventError, ERROR_CODES, type ErrorCode } from './lib/errors.ts'
export {
  defineJob,
  isJob,
  isTransient,
  TransientError,
  type Job,
  type JobContext,
  type JobDefinition,
  type JobLog,
  type JobResult,
  type JobRetry,
  type PlainJob,
} from './lib/jobs/job.ts'
export { createEventClient, openEvents } from './lib/open-events.ts'
export type * from './lib/events-options.ts'
export type { EventClock } from './lib/event-clock.ts'
export type { LineOutput } from './lib/sinks/stdout.ts'
export {
  batchedCloudEvents,
  binaryCloudEvent,
  CLOUD_EVENT_BATCH_TYPE,
  CLOUD_EVENT_TYPE,
  structuredCloudEvent,
  type BinaryCloudEvent,
} from './lib/cloud-event.ts'
export type { EventFilter, EventFollower } from './lib/event-follower.ts'
export { removeSmokeEvents, type RemovedEvents } from './lib/smoke-events.ts'
export { describeSql } from './lib/sql/describe-sql.ts'
export type { SqlColumn, SqlType } from './lib/sql/types.ts'
export { invokeJob, type JobInvocation } from './lib/jobs/invoke-job.ts'
export { askParams } from './lib/jobs/asked-params.ts'
export { paramNames, paramsJsonSchema, readParams } from './lib/jobs/job-params.ts'
export { readJob, type JobSpec } from './lib/jobs/job-spec.ts'
export { readTimeWindow, type TimeWindow, type TimeWindowInput } from './lib/instant.ts'
export { durationMs } from './lib/duration.ts'
export { openBigQuery, type BigQueryClientOptions } from './lib/bigquery/client.ts'
export type { QueryEstimate } from './lib/bigquery/query-estimate.ts'
