export { assertDeclaredParams } from './lib/executors/job/declared-params.ts'
export { loadJob } from './lib/executors/job/job-ahead.ts'
export { trustPlan } from './lib/plan-builder/define-plan.ts'
