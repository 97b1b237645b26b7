export { testJob, type TestEvent, type TestedJob, type TestJobOptions, type TestRawObject } from './lib/testing/test-job.ts'
export type { TestLogLine } from './lib/testing/recorder.ts'
