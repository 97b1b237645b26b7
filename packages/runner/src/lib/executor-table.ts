import { RunnerError } from './errors.ts'
import type { StepExecutor } from './executor.ts'
import type { JsonObject } from './json.ts'
import type { Plan, PlanStep } from './plan.ts'

/** Executors by the step type that they run. */
export type ExecutorTable = ReadonlyMap<string, StepExecutor>

/** For types whose executor needs to be told something. */
const FIXES: Readonly<Record<string, string>> = {
  job: 'Give the runner `jobs`: where jobs are, and where their events go.',
  module: 'Name the URL of the module in lorc.config: `modules: { NAME: { url } }`.',
}

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
    fix: FIXES[step.type] ?? `Types are ${[...table.keys()].join(', ')}.`,
    details: { step: step.name, type: step.type },
  })
}

/** What executors know of the versions of what a plan's steps use; undefined: none of them tells any. */
export function versionsOf({ steps }: Plan, table: ExecutorTable): Promise<JsonObject> | undefined {
  const own = new Map<StepExecutor, PlanStep[]>()
  for (const step of steps) {
    const executor = table.get(step.type)
    if (!executor?.versions) continue
    const known = own.get(executor)
    if (known) known.push(step)
    else own.set(executor, [step])
  }
  if (own.size === 0) return undefined
  const asked = [...own].map(([executor, used]) => executor.versions!(used))
  return Promise.all(asked).then((all) => Object.assign({}, ...all) as JsonObject)
}
