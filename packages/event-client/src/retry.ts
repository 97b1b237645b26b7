export { jobBackoff, retryWait, type Backoff } from './lib/retry-wait.ts'
