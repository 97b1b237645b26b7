export { loadJob } from './lib/executors/job-module.ts'
