export { assertDeclaredParams } from './lib/executors/declared-params.ts'
export { loadJob } from './lib/executors/job-ahead.ts'
export { trustPlan } from './lib/plan-builder/define-plan.ts'
