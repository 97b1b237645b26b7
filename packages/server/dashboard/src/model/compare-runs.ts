import { firstDifference, type Difference } from './first-difference.ts'
import { tookOf, type RunPicture, type StepLine } from './run-picture.ts'

/** Something that both runs have, or one of them: where they differ in it. */
export interface NamedDifference extends Difference {
  name: string
}

export interface StepDifference {
  name: string
  a: StepLine | undefined
  b: StepLine | undefined
  /** Milliseconds; null: it did not run, or has not ended. */
  tookA: number | null
  tookB: number | null
  /** It came to something else. */
  otherOutcome: boolean
}

export interface Comparison {
  /** Parameters, versions, code, packages, options, seed, the time that it is for, and git: what may be the cause. */
  causes: { title: string; differences: NamedDifference[] }[]
  steps: StepDifference[]
}

/** How run B differs from run A, in what they were made of and in what became of their steps. */
export function compareRuns(a: RunPicture, b: RunPicture): Comparison {
  const [factsA, factsB] = [a.insight.facts, b.insight.facts]
  const isForATime = [a, b].some(({ insight }) => insight.facts.time !== insight.created_at)
  const single = (run: RunPicture): Readonly<Record<string, unknown>> => ({
    plan: run.insight.facts.plan_hash,
    recipe: run.insight.recipe?.sha256,
    ...(isForATime && { time: run.insight.facts.time }),
    seed: run.insight.facts.seed,
    git: run.insight.facts.git?.commit,
  })
  const causes = [
    { title: 'Parameters', differences: byName(factsA.params, factsB.params) },
    { title: 'Code', differences: byName(factsA.code, factsB.code) },
    { title: 'Made of', differences: byName(single(a), single(b)) },
    { title: 'Versions', differences: [...byName(factsA.versions, factsB.versions), ...byName(factsA.packages, factsB.packages)] },
    { title: 'Options', differences: byName(factsA.options, factsB.options) },
  ]
  return { causes: causes.filter(({ differences }) => differences.length > 0), steps: stepDifferences(a.lines ?? [], b.lines ?? []) }
}

/** In A's order, then what only B has. */
function stepDifferences(a: readonly StepLine[], b: readonly StepLine[]): StepDifference[] {
  const ofB = new Map(b.map((line) => [line.name, line]))
  const names = new Set([...a.map(({ name }) => name), ...ofB.keys()])
  const ofA = new Map(a.map((line) => [line.name, line]))
  return [...names].map((name) => {
    const [lineA, lineB] = [ofA.get(name), ofB.get(name)]
    return { name, a: lineA, b: lineB, tookA: ended(lineA), tookB: ended(lineB), otherOutcome: lineA?.status !== lineB?.status }
  })
}

function ended(line: StepLine | undefined): number | null {
  return line?.ended == null ? null : tookOf(line, 0)
}

/** Where the values of one name first differ, for each name, in A's order and then B's. */
export function byName(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): NamedDifference[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) => {
    const found = firstDifference(a[name], b[name])
    return found === undefined ? [] : [{ name, ...found }]
  })
}
