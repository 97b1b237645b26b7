import { findCycles, type Cycle } from './cycles.ts'
import type { GraphStep } from './graph.ts'
import type { StepOutline } from './outline.ts'
import { outputConflicts } from './output-conflicts.ts'
import { normalizePath } from './paths.ts'
import type { RuleFinding } from './step-rules.ts'
import { suggest } from './suggest.ts'
import { quote } from './wording.ts'
import { FORBIDDEN_KEYS } from './yaml-restrictions.ts'

/** Looking for a near name costs the number of steps; this many names are looked at for all that are misspelt. */
const MAX_COMPARISONS = 1_000_000
const MAX_HOPS = 100

/** Checks what steps say of each other: names, dependencies, circles, files. `stages` are those of the steps. */
export function checkGraph(
  steps: readonly StepOutline[],
  stages: readonly number[],
): { findings: RuleFinding[]; visits: number } {
  const { findings: naming, byName } = checkNames(steps)
  const { findings: unknown, graph } = resolveDependencies(steps, stages, byName)
  const { cycles, visits } = findCycles(graph)
  const findings = [...naming, ...unknown, ...cycles.map((cycle) => cycleFinding(cycle, steps))]
  if (unknown.length > 0 || cycles.length > 0) return { findings, visits }
  const outputs = steps.map((step) =>
    step.outputs.map(({ path }) => normalizePath(path) ?? '').filter((path) => path !== ''),
  )
  for (const conflict of outputConflicts(graph, outputs)) {
    const first = steps[Math.min(conflict.first, conflict.second)]!
    const second = steps[Math.max(conflict.first, conflict.second)]!
    const { at } = second.outputs.find(({ path }) => normalizePath(path) === conflict.file)!
    findings.push({
      code: 'RECIPE_OUTPUT_CONFLICT',
      message: `${label(second)} and ${label(first)} may run at the same time, and both write ${quote(conflict.file)}`,
      at: ['steps', second.index, 'outputs', at],
      fix: `write different files, or let one depend on the other: \`depends_on: [${first.name ?? '...'}]\``,
    })
  }
  return { findings, visits }
}

function checkNames(steps: readonly StepOutline[]): { findings: RuleFinding[]; byName: Map<string, number> } {
  const findings: RuleFinding[] = []
  const byName = new Map<string, number>()
  const folded = new Map<string, number>()
  steps.forEach(({ name, index }, i) => {
    if (name === undefined) return
    if (FORBIDDEN_KEYS.has(name)) findings.push(forbiddenName(name, index))
    const other = steps[folded.get(name.toLowerCase()) ?? -1]
    if (other?.name === undefined) {
      folded.set(name.toLowerCase(), i)
    } else {
      const message =
        other.name === name
          ? `step ${other.index + 1} is already named ${quote(name)}`
          : `${quote(name)} differs from ${quote(other.name)}, step ${other.index + 1}, in case only`
      findings.push({
        code: 'RECIPE_NAME_DUPLICATE',
        message,
        at: ['steps', index, 'name'],
        fix: 'give each step a name of its own',
      })
    }
    if (!byName.has(name)) byName.set(name, i)
  })
  return { findings, byName }
}

function forbiddenName(name: string, index: number): RuleFinding {
  const message = `a step cannot be named ${quote(name)}`
  return { code: 'RECIPE_NAME_INVALID', message, at: ['steps', index, 'name'], fix: 'choose another name' }
}

function resolveDependencies(
  steps: readonly StepOutline[],
  stages: readonly number[],
  byName: ReadonlyMap<string, number>,
) {
  const findings: RuleFinding[] = []
  const graph = steps.map((step, i): GraphStep => {
    const stage = stages[i]!
    if (!step.dependsOn) return { stage }
    const dependsOn = new Set<number>()
    for (const { name, at } of step.dependsOn) {
      const to = byName.get(name)
      if (to !== undefined) {
        dependsOn.add(to)
        continue
      }
      const meant =
        findings.length * byName.size <= MAX_COMPARISONS
          ? suggest(name, othersThan(step.name, byName.keys()))
          : undefined
      findings.push({
        code: 'RECIPE_DEPENDENCY_UNKNOWN',
        message: `there is no step ${quote(name)}`,
        at: ['steps', step.index, 'depends_on', at],
        ...(meant === undefined ? {} : { fix: `did you mean ${quote(meant)}?` }),
      })
    }
    return { stage, dependsOn: [...dependsOn] }
  })
  return { findings, graph }
}

function* othersThan(own: string | undefined, names: Iterable<string>): Iterable<string> {
  for (const name of names) if (name !== own) yield name
}

function cycleFinding({ hops }: Cycle, steps: readonly StepOutline[]): RuleFinding {
  const step = (hop: number): StepOutline => steps[hops[hop % hops.length]!.step]!
  const name = (hop: number): string => label(step(hop))
  const { index, dependsOn = [] } = step(0)
  const at = ['steps', index, 'depends_on', dependsOn.find((dependency) => dependency.name === step(1).name)!.at]
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

function label({ name, index }: StepOutline): string {
  return name === undefined ? `step ${index + 1}` : quote(name)
}
