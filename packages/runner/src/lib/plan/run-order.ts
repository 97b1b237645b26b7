import type { StartOptions } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { Graph } from './graph.ts'
import type { Plan } from '../plan.ts'

/** Throws RUN_STEP_UNKNOWN for a step that an option names and the plan does not have. */
export function checkNames(plan: Plan, graph: Graph, options: Pick<StartOptions, 'only' | 'skip' | 'resumeFrom'>): void {
  for (const option of ['only', 'skip', 'resumeFrom'] as const) {
    const names = options[option]
    if (names) checkSteps(plan, graph, `\`${option}\``, names)
  }
}

/** Throws RUN_STEP_UNKNOWN for a name that the plan does not have; `who` gives it. */
export function checkSteps(plan: Plan, graph: Graph, who: string, names: readonly string[]): void {
  const unknown = names.find((name) => !graph.index.has(name))
  if (unknown !== undefined) throw unknownStep(plan, who, unknown)
}

export function unknownStep(plan: Plan, who: string, step: string, fix = stepsOf(plan)): RunnerError {
  return new RunnerError('RUN_STEP_UNKNOWN', `${who} names the step "${step}", which ${plan.name} does not have.`, { fix, details: { step } })
}

function stepsOf({ steps }: Plan): string {
  return `Its steps are ${steps.slice(0, 20).map(({ name }) => name).join(', ')}${steps.length > 20 ? ', ...' : ''}.`
}

/** The steps that `only` and `skip` leave out and that are not imported, with the reason, in the plan's order. */
export function skippedSteps(
  plan: Plan,
  { only, skip }: Pick<StartOptions, 'only' | 'skip'>,
  imported: ReadonlySet<string>,
): { steps: string[]; reason: string }[] {
  const groups: { steps: string[]; reason: string }[] = []
  if (!only?.length && !skip?.length) return groups
  const skips = new Set(skip)
  const onlys = only && only.length > 0 ? new Set(only) : undefined
  const bySkip = plan.steps.filter((step) => skips.has(step.name))
  const byOnly = plan.steps.filter(({ name }) => onlys && !onlys.has(name) && !skips.has(name) && !imported.has(name))
  if (bySkip.length > 0) groups.push({ steps: bySkip.map((step) => step.name), reason: '--skip' })
  if (byOnly.length > 0) groups.push({ steps: byOnly.map((step) => step.name), reason: 'not named by --only' })
  return groups
}

/** Indices of the named steps and of all that come to wait for them, directly or not. */
export function withDependents(graph: Graph, names: readonly string[]): Set<number> {
  const found = new Set<number>()
  const todo = names.map((name) => graph.index.get(name)!)
  let lowest = graph.stages
  for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
    if (found.has(step)) continue
    found.add(step)
    const { offsets, targets } = graph.dependents
    for (let i = offsets[step]!; i < offsets[step + 1]!; i++) todo.push(targets[i]!)
    const stage = graph.stage[step]!
    for (; lowest > stage + 1; lowest--) {
      const { offsets: from, targets: members } = graph.barrier
      for (let i = from[lowest - 1]!; i < from[lowest]!; i++) todo.push(members[i]!)
    }
  }
  return found
}
