import type { StepState } from '../api.ts'
import type { JsonValue } from '../json.ts'
import type { PlanStep } from '../plan.ts'
import { type Difference, firstDifference } from './first-difference.ts'
import { parseItemName } from '../plan/step-names.ts'
import type { RunRecord } from './run-record.ts'

/** Something that both runs have, or one of them: where they differ in it. */
export interface NamedDifference extends Difference {
  name: string
}

/** Milliseconds; null: it did not run, or has not ended. */
export interface TimeDifference {
  step: string
  a: number | null
  b: number | null
}

/** How run B differs from run A. Every list is empty where nothing differs. */
export interface RunDiff {
  plan: NamedDifference[]
  code: NamedDifference[]
  params: NamedDifference[]
  /** Versions, variables that steps are granted (their hashes), options of the runs, and seeds and the times that the runs are for, where one was given. */
  environment: NamedDifference[]
  context: NamedDifference[]
  /** Files that steps left, by their path: hashes of their content. */
  artifacts: NamedDifference[]
  /** What steps returned. */
  results: NamedDifference[]
  /** What became of steps. */
  outcomes: NamedDifference[]
  /** What took longer or shorter, the largest difference first. */
  timing: TimeDifference[]
  /**
   * The first difference that the others may come from, of the plan, the code, the parameters, the environment: one of the step
   * of `effect` or of its code before those of the whole run, and these before those of other steps, which came to the same
   * until then.
   */
  cause: { section: Section; difference: NamedDifference } | null
  /** The first step, in the order in which B began them, that came to something else. */
  effect: { step: string; difference: NamedDifference } | null
  /** The same came of both: of each step and what it returned, of the run, in the context, in the files. Whatever else differs. */
  same: boolean
}

/** Before the name of a step, in what differs of the plan. */
const STEP = 'step '

const SECTIONS = ['plan', 'code', 'params', 'environment'] as const
export type Section = (typeof SECTIONS)[number]

export function diffRuns(a: RunRecord, b: RunRecord): RunDiff {
  const causes: Record<Section, NamedDifference[]> = {
    plan: planDifferences(a, b),
    code: byName(a.code, b.code),
    params: byName(a.params, b.params),
    environment: [
      ...byName(a.versions, b.versions, 'version of '),
      ...byName(a.env, b.env, 'variable '),
      ...byName(a.options, b.options, 'option '),
      ...byName(a.packages, b.packages, 'package '),
      ...(a.seed.given || b.seed.given ? byName({ seed: a.seed.value }, { seed: b.seed.value }) : []),
      ...(a.time.given || b.time.given ? byName({ time: a.time.value }, { time: b.time.value }) : []),
      ...byName(a.git, b.git, 'git '),
    ],
  }
  const effects = {
    context: byName(Object.fromEntries(a.context), Object.fromEntries(b.context)),
    artifacts: byName(a.artifacts, b.artifacts),
    results: byName(a.results, b.results),
    outcomes: outcomes(a, b),
  }
  const effect = firstEffect(a, b)
  return {
    ...causes,
    ...effects,
    timing: timing(a, b),
    cause: firstCause(causes, b.plan.steps, effect && (parseItemName(effect.step)?.step ?? effect.step)),
    effect,
    same: a.status === b.status && Object.values(effects).every((found) => found.length === 0),
  }
}

function firstCause(causes: Record<Section, NamedDifference[]>, steps: readonly PlanStep[], affected: string | null): RunDiff['cause'] {
  const all = SECTIONS.flatMap((section) => causes[section].map((difference) => ({ section, difference })))
  if (affected === null) return all[0] ?? null
  const isOf = ({ name, module, script }: PlanStep, file: string): boolean => name === affected && (module === file || script === file)
  const distance = ({ section, difference: { name } }: NonNullable<RunDiff['cause']>): number => {
    if (section === 'plan' && name.startsWith(STEP)) return name === STEP + affected ? 0 : 2
    return section === 'code' && steps.some((step) => isOf(step, name)) ? 0 : 1
  }
  return all.sort((x, y) => distance(x) - distance(y))[0] ?? null
}

function planDifferences(a: RunRecord, b: RunRecord): NamedDifference[] {
  if (a.planHash === b.planHash) return []
  const { steps: stepsA, ...restA } = a.plan
  const { steps: stepsB, ...restB } = b.plan
  return [
    ...byName(restA as Values, restB as Values),
    ...byName(stepValues(stepsA), stepValues(stepsB), STEP),
    ...orderDifference(stepsA, stepsB),
  ]
}

function stepValues(steps: readonly PlanStep[]): Values {
  return Object.fromEntries(steps.map(({ name, ...step }) => [name, step as Values]))
}

/** Steps that are the same, but stand in another order. */
function orderDifference(a: readonly PlanStep[], b: readonly PlanStep[]): NamedDifference[] {
  const names = (steps: readonly PlanStep[]): string[] => steps.map(({ name }) => name)
  const ofB = new Set(names(b))
  const inBoth = new Set(names(a).filter((name) => ofB.has(name)))
  const found = firstDifference(
    names(a).filter((name) => inBoth.has(name)),
    names(b).filter((name) => inBoth.has(name)),
  )
  return found === undefined ? [] : [{ name: 'order of steps', ...found }]
}

function outcomes(a: RunRecord, b: RunRecord): NamedDifference[] {
  return byName(outcomeValues(a.steps, wholes(b.steps)), outcomeValues(b.steps, wholes(a.steps)))
}

/** `without`: steps whose items the other run has no word of. */
function outcomeValues(steps: readonly StepState[], without: ReadonlySet<string>): Values {
  return Object.fromEntries(steps.filter(({ itemOf }) => itemOf === null || !without.has(itemOf)).map((step) => [step.name, outcomeOf(step)]))
}

/** Steps that a run took over as they were, without what their items did. */
function wholes(steps: readonly StepState[]): ReadonlySet<string> {
  return new Set(steps.filter(({ importedFrom, items }) => importedFrom !== null && items === null).map(({ name }) => name))
}

function outcomeOf({ status, error }: StepState): string {
  return error === null ? status : `${status} (${error.code})`
}

function timing(a: RunRecord, b: RunRecord): TimeDifference[] {
  const before = new Map(a.steps.map((step) => [step.name, tookMs(step)]))
  const found = b.steps
    .map((step): TimeDifference => ({ step: step.name, a: before.get(step.name) ?? null, b: tookMs(step) }))
    .filter((pair) => pair.a !== null && pair.b !== null && pair.a !== pair.b)
  return found.sort((x, y) => changeOf(y) - changeOf(x))
}

function changeOf({ a, b }: TimeDifference): number {
  return Math.abs((a ?? 0) - (b ?? 0))
}

function tookMs({ startedAt, endedAt, cached }: StepState): number | null {
  return startedAt === null || endedAt === null || cached ? null : endedAt - startedAt
}

function firstEffect(a: RunRecord, b: RunRecord): RunDiff['effect'] {
  const before = new Map(a.steps.map((step) => [step.name, step]))
  const begun = b.steps.filter(({ startedAt, endedAt }) => startedAt !== null || endedAt !== null)
  begun.sort((x, y) => (x.startedAt ?? x.endedAt ?? 0) - (y.startedAt ?? y.endedAt ?? 0))
  for (const step of begun) {
    const old = before.get(step.name)
    if (old === undefined) continue
    const [written] = byName(a.writes.get(step.name) ?? {}, b.writes.get(step.name) ?? {}, 'wrote ')
    const became = firstDifference(outcomeOf(old), outcomeOf(step))
    if (became !== undefined) return { step: step.name, difference: { name: 'became', ...became } }
    if (written !== undefined) return { step: step.name, difference: written }
    const returned = firstDifference(a.results[step.name], b.results[step.name])
    if (returned !== undefined) return { step: step.name, difference: { name: 'returned', ...returned } }
  }
  return null
}

type Values = { [name: string]: JsonValue }

/** Where the values of one name first differ, for each name, in A's order and then B's. */
function byName(a: Values, b: Values, prefix = ''): NamedDifference[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].flatMap((name) => {
    const found = firstDifference(a[name], b[name])
    return found === undefined ? [] : [{ name: `${prefix}${name}`, ...found }]
  })
}
