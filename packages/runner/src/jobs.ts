export { loadJob } from './lib/executors/job-ahead.ts'
export { trustPlan } from './lib/define-plan.ts'
