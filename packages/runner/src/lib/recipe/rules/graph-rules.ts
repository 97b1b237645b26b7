import { findCycles, type Cycle } from './cycles.ts'
import type { GraphStep } from './graph.ts'
import { nameOf, ordinal, type StepOutline, stepPath } from '../outline.ts'
import { outputConflicts } from './output-conflicts.ts'
import { normalizePath } from '../paths.ts'
import type { RuleFinding } from '../step-rules.ts'
import { suggest } from '../../suggest.ts'
import { quote } from '../../wording.ts'
import { FORBIDDEN_KEYS } from '../text/forbidden-keys.ts'

/** Looking for a near name costs the number of steps; this many names are looked at for all that are misspelt. */
const MAX_COMPARISONS = 1_000_000
const MAX_HOPS = 100

/**
 * Checks what steps say of each other: names, dependencies, circles, files. `stages` are those of the steps. Steps of
 * different phases never run together, and wait for none of each other.
 */
export function checkGraph(
  steps: readonly StepOutline[],
  stages: readonly number[],
): { findings: RuleFinding[]; visits: number } {
  const { findings, byName } = checkNames(steps)
  let visits = 0
  for (const phase of new Set(steps.map((step) => step.phase))) {
    const own = steps.flatMap((step, i) => (step.phase === phase ? [i] : []))
    const checked = checkPhase(
      own.map((i) => steps[i]!),
      own.map((i) => stages[i]!),
      byName,
    )
    findings.push(...checked.findings)
    visits += checked.visits
  }
  return { findings, visits }
}

type ByName = ReadonlyMap<string, StepOutline>

function checkPhase(
  steps: readonly StepOutline[],
  stages: readonly number[],
  byName: ByName,
): { findings: RuleFinding[]; visits: number } {
  const { findings: unknown, graph } = resolveDependencies(steps, stages, byName)
  const { cycles, visits } = findCycles(graph)
  const findings = [...unknown, ...cycles.map((cycle) => cycleFinding(cycle, steps))]
  if (unknown.length > 0 || cycles.length > 0) return { findings, visits }
  if (steps.every((step) => step.outputs.length === 0)) return { findings, visits }
  findings.push(...steps.flatMap((step) => (step.itemsAtOnce ? step.outputs.map(({ path, at }) => itemsConflict(step, path, at)) : [])))
  const outputs = steps.map((step) =>
    step.outputs.map(({ path }) => normalizePath(path) ?? '').filter((path) => path !== ''),
  )
  for (const conflict of outputConflicts(graph, outputs)) {
    const first = steps[Math.min(conflict.first, conflict.second)]!
    const second = steps[Math.max(conflict.first, conflict.second)]!
    const { at } = second.outputs.find(({ path }) => normalizePath(path) === conflict.file)!
    findings.push({
      code: 'RECIPE_OUTPUT_CONFLICT',
      message: `${nameOf(second)} and ${nameOf(first)} may run at the same time, and both write ${quote(conflict.file)}`,
      at: stepPath(second, 'outputs', at),
      fix: `write different files, or let one depend on the other: \`depends_on: [${first.name ?? '...'}]\``,
    })
  }
  return { findings, visits }
}

function itemsConflict(step: StepOutline, path: string, at: number): RuleFinding {
  return {
    code: 'RECIPE_OUTPUT_CONFLICT',
    message: `the items of ${nameOf(step)} may run at the same time, and all write ${quote(path)}`,
    at: stepPath(step, 'outputs', at),
    fix: 'have each write a file of its own and name it in the `outputs` of its envelope, or run one after the other: `max_parallel: 1`',
  }
}

function checkNames(steps: readonly StepOutline[]): { findings: RuleFinding[]; byName: Map<string, StepOutline> } {
  const findings: RuleFinding[] = []
  const byName = new Map<string, StepOutline>()
  const folded = new Map<string, StepOutline>()
  for (const step of steps) {
    const { name } = step
    if (name === undefined) continue
    if (FORBIDDEN_KEYS.has(name)) findings.push(forbiddenName(name, step))
    const other = folded.get(name.toLowerCase())
    if (other?.name === undefined) {
      folded.set(name.toLowerCase(), step)
    } else {
      const message =
        other.name === name
          ? `${ordinal(other)} is already named ${quote(name)}`
          : `${quote(name)} differs from ${quote(other.name)}, ${ordinal(other)}, in case only`
      findings.push({
        code: 'RECIPE_NAME_DUPLICATE',
        message,
        at: stepPath(step, 'name'),
        fix: 'give each step a name of its own',
      })
    }
    if (!byName.has(name)) byName.set(name, step)
  }
  return { findings, byName }
}

function forbiddenName(name: string, step: StepOutline): RuleFinding {
  const message = `a step cannot be named ${quote(name)}`
  return { code: 'RECIPE_NAME_INVALID', message, at: stepPath(step, 'name'), fix: 'choose another name' }
}

function resolveDependencies(
  steps: readonly StepOutline[],
  stages: readonly number[],
  byName: ByName,
) {
  const findings: RuleFinding[] = []
  const places = new Map(steps.map((step, i) => [step, i]))
  const graph = steps.map((step, i): GraphStep => {
    const stage = stages[i]!
    if (!step.dependsOn) return { stage }
    const dependsOn = new Set<number>()
    for (const { name, at } of step.dependsOn) {
      const found = byName.get(name)
      const to = found && places.get(found)
      if (to !== undefined) {
        dependsOn.add(to)
        continue
      }
      if (found) {
        findings.push(otherPhase(step, found, at))
        continue
      }
      const meant =
        findings.length * byName.size <= MAX_COMPARISONS
          ? suggest(name, othersThan(step.name, byName.keys()))
          : undefined
      findings.push({
        code: 'RECIPE_DEPENDENCY_UNKNOWN',
        message: `there is no step ${quote(name)}`,
        at: stepPath(step, 'depends_on', at),
        ...(meant === undefined ? {} : { fix: `did you mean ${quote(meant)}?` }),
      })
    }
    return { stage, dependsOn: [...dependsOn] }
  })
  return { findings, graph }
}

function otherPhase(step: StepOutline, found: StepOutline, at: number): RuleFinding {
  const names: Readonly<Record<string, string>> = { main: 'steps' }
  const [own, other] = [step, found].map(({ phase }) => quote(names[phase] ?? phase))
  return {
    code: 'RECIPE_DEPENDENCY_UNKNOWN',
    message: `${nameOf(found)} is one of ${other}; a step of ${own} waits for steps of ${own} only`,
    at: stepPath(step, 'depends_on', at),
  }
}

function* othersThan(own: string | undefined, names: Iterable<string>): Iterable<string> {
  for (const name of names) if (name !== own) yield name
}

function cycleFinding({ hops }: Cycle, steps: readonly StepOutline[]): RuleFinding {
  const step = (hop: number): StepOutline => steps[hops[hop % hops.length]!.step]!
  const name = (hop: number): string => nameOf(step(hop))
  const { dependsOn = [] } = step(0)
  const at = stepPath(step(0), 'depends_on', dependsOn.find((dependency) => dependency.name === step(1).name)!.at)
  if (hops.length === 1)
    return {
      code: 'RECIPE_CYCLE',
      message: `${name(0)} waits for itself`,
      at,
      fix: 'remove it from its own `depends_on`',
    }
  const told = hops.slice(0, MAX_HOPS).map(({ all }, i) => {
    return all
      ? `${name(i)} waits for every step before it, ${name(i + 1)} among them`
      : `${name(i)} waits for ${name(i + 1)}`
  })
  if (hops.length > MAX_HOPS) told.push(`and so on over ${hops.length - MAX_HOPS} more steps back to ${name(0)}`)
  const implicit = hops.findIndex(({ all }) => all)
  const fix =
    implicit < 0
      ? 'remove one of these dependencies'
      : `give ${name(implicit)} a \`depends_on\` of its own, or move it up before ${name(implicit + 1)}`
  return { code: 'RECIPE_CYCLE', message: `steps wait in a circle: ${told.join(', ')}`, at, fix }
}
