export { loadJob } from './lib/executors/job-module.ts'
export { trustPlan } from './lib/define-plan.ts'
