import { RunnerError } from './errors.ts'
import type { StepExecutor } from './executor.ts'
import type { Plan } from './plan.ts'

/** Executors by the step type that they run. */
export type ExecutorTable = ReadonlyMap<string, StepExecutor>

/** Of two executors for one type, the later one counts. */
export function executorTable(executors: readonly StepExecutor[]): ExecutorTable {
  const table = new Map<string, StepExecutor>()
  for (const executor of executors) for (const type of executor.types) table.set(type, executor)
  return table
}

/** Throws STEP_NO_EXECUTOR for a step of a type that nobody runs; an approval needs nobody. */
export function checkTypes(plan: Plan, table: ExecutorTable): void {
  const step = plan.steps.find(({ type }) => type !== 'approval' && !table.has(type))
  if (!step) return
  throw new RunnerError('STEP_NO_EXECUTOR', `Step "${step.name}" is of type "${step.type}", which no executor runs.`, {
    fix: step.type === 'job' ? 'Give the runner `jobs`: where jobs are, and where their events go.' : `Types are ${[...table.keys()].join(', ')}.`,
    details: { step: step.name, type: step.type },
  })
}
