import type { Plan, PlanStep } from '@lorc/runner'

/** What a job is called: the package without its scope, and the job. */
export function jobLabel(packageName: string, job: string): string {
  return `${packageName.replace(/^@[^/]*\//, '')}/${job}`
}

/** The step of a plan that `lorc run PACKAGE JOB` made; undefined: it is another plan. */
export function jobStepOf({ name, steps }: Plan): PlanStep | undefined {
  const [step, ...more] = steps
  return more.length === 0 && step?.job && name === jobLabel(step.job.package, step.job.name) ? step : undefined
}
