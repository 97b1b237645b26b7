import { RunnerError } from '../errors.ts'
import { schemaFaults } from '../json-schema/json-schema.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { planSchema, type Plan } from '../plan.ts'
import { scheduleFaults } from '../schedule/schedule-faults.ts'
import { checkGraph } from './rules/graph-rules.ts'
import { jsonFault } from './text/json-fault.ts'
import type { StepOutline } from './outline.ts'
import { formatPath } from '../json-path.ts'

export interface PlanProblem {
  path: string
  message: string
}

/**
 * Checks a plan made in code: its form, and what its steps say of each other (names, dependencies, cycles, stages,
 * output files). Returns a copy. Throws RunnerError PLAN_INVALID, whose `details.problems` lists every problem as
 * `{ path, message }`.
 */
export function checkPlan(plan: unknown): Plan {
  const fault = jsonFault(plan)
  if (fault) throw planInvalid([fault], unfinished(plan))
  const parsed = planSchema.safeParse(plan)
  if (!parsed.success)
    throw planInvalid(parsed.error.issues.map(({ path, message }) => ({ path: formatPath(path as string[]), message: reworded(message) })))
  const { steps } = parsed.data
  const gap = stageGap(steps)
  if (gap) throw planInvalid([gap])
  const { findings } = checkGraph(
    steps.map(outline),
    steps.map(({ stage }) => stage),
  )
  const problems = findings.map(({ at, message }) => ({
    path: formatPath(at).replace('depends_on', 'dependsOn'),
    message,
  }))
  const schemas = schemaProblems(parsed.data)
  const each = parsed.data.steps.flatMap(({ type, forEach }, index) =>
    type === 'approval' && forEach ? [{ path: `steps[${index}].forEach`, message: 'an approval is asked for once, not for each item' }] : [],
  )
  const schedule = scheduleFaults(parsed.data).map(({ path, message }) => ({ path: formatPath(path), message }))
  const all = [...problems, ...schemas, ...each, ...schedule]
  if (all.length > 0) throw planInvalid(all)
  return parsed.data
}

/** What is handed over in the place of a plan. */
function unfinished(plan: unknown): string | undefined {
  if (typeof plan !== 'object' || plan === null) return undefined
  if ('build' in plan && typeof plan.build === 'function') return 'End what makes it with `.build()`.'
  return plan instanceof Promise ? 'Await it.' : undefined
}

/** Of what is not there, the library says which type it had expected of it. */
const reworded = (message: string): string => message.replace(/^Invalid input: expected (.*), received undefined$/, 'it is missing: a value of type $1')

function outline(step: Plan['steps'][number], index: number): StepOutline {
  return {
    list: 'steps',
    index,
    phase: step.phase ?? 'main',
    name: step.name,
    parallel: false,
    ...(step.dependsOn ? { dependsOn: step.dependsOn.map((name, at) => ({ name, at })) } : {}),
    inputs: [],
    outputs: (step.outputs ?? []).map((path, at) => ({ path, at })),
    itemsAtOnce: step.forEach !== undefined && step.forEach.maxParallel !== 1,
  }
}

/** The schemas of parameters and of produced keys are ones that are checked in full. */
function schemaProblems({ params, steps }: Plan): PlanProblem[] {
  const schemas: [path: (string | number)[], schema: JsonValue][] = [
    ...(params ? [[['params'], params] as [string[], JsonValue]] : []),
    ...steps.flatMap(({ produces = {} }, index) =>
      Object.entries(produces).map(([key, schema]): [(string | number)[], JsonValue] => [['steps', index, 'produces', key], schema]),
    ),
  ]
  return schemas.flatMap(([at, schema]) =>
    schemaFaults(schema).map(({ path, message }) => ({ path: formatPath([...at, ...path]), message })),
  )
}

/** The stages of each phase are dense. */
function stageGap(steps: Plan['steps']): PlanProblem | undefined {
  const place = ({ phase = 'main' }: Plan['steps'][number], stage: number): string => `${phase} ${stage}`
  const there = new Set(steps.map((step) => place(step, step.stage)))
  const at = steps.findIndex((step) => step.stage > 0 && !there.has(place(step, step.stage - 1)))
  if (at < 0) return undefined
  const { stage } = steps[at]!
  return {
    path: `steps[${at}].stage`,
    message: `stages are dense: there is a stage ${stage}, but no stage ${stage - 1}`,
  }
}

/** PLAN_INVALID with every problem in `details.problems`. */
export function planInvalid(problems: readonly PlanProblem[], fix?: string): RunnerError {
  const [first] = problems
  const where = first?.path ? `${first.path}: ` : ''
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  const details: JsonObject = { problems: problems.map(({ path, message }) => ({ path, message })) }
  return new RunnerError('PLAN_INVALID', `The plan cannot be run. ${where}${first?.message}${more}`, { details, ...(fix !== undefined && { fix }) })
}
