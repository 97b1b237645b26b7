import type { Plan, RunView } from '@lorc/runner'
import { closest } from '../closest.ts'
import { CliError, type CliProblem } from '../errors.ts'

/** Options that name steps, by the option's name. */
export type NamedSteps = Readonly<Record<string, readonly string[]>>

/** Throws CliError CLI_STEP_UNKNOWN that tells every name that is not a step of the plan. */
export function checkStepNames(plan: Plan, named: NamedSteps): void {
  const steps = new Set(plan.steps.map(({ name }) => name))
  const problems: CliProblem[] = []
  for (const [option, names] of Object.entries(named)) {
    for (const name of names) {
      if (steps.has(name)) continue
      const near = closest(name, steps)
      const message = `--${option}: there is no step \`${name}\``
      problems.push({
        code: 'CLI_STEP_UNKNOWN',
        message,
        fix: near === undefined ? known(plan) : `did you mean \`${near}\`?`,
      })
    }
  }
  const [first] = problems
  if (first === undefined) return
  const fix = first.fix === undefined ? {} : { fix: first.fix }
  if (problems.length === 1) throw new CliError('CLI_STEP_UNKNOWN', `${first.message} in \`${plan.name}\`.`, fix)
  throw new CliError('CLI_STEP_UNKNOWN', `\`${plan.name}\` lacks ${problems.length} of the steps that are named:`, {
    problems,
  })
}

/** Throws CliError CLI_STEP_UNKNOWN when the plan has no such step. */
function checkStepName(plan: Plan, name: string): void {
  if (plan.steps.some((step) => step.name === name)) return
  const near = closest(
    name,
    plan.steps.map((step) => step.name),
  )
  throw new CliError('CLI_STEP_UNKNOWN', `there is no step \`${name}\` in \`${plan.name}\`.`, {
    fix: near === undefined ? known(plan) : `did you mean \`${near}\`?`,
  })
}

/** The same for a run, whose `for_each` steps may have items. */
export function checkRunStep({ plan, steps }: Pick<RunView, 'plan' | 'steps'>, name: string): void {
  if (!steps.some((step) => step.name === name)) checkStepName(plan, name)
}

function known({ steps }: Plan): string {
  const names = steps.slice(0, 8).map(({ name }) => name)
  return `the steps are ${names.join(', ')}${steps.length > names.length ? ', ...' : ''}`
}
