export { jobBackoff, retryWait, type Backoff } from './lib/jobs/retry-wait.ts'
