import type { Plan, PlanStep } from '../../src/lib/plan.ts'

export type Status =
  | 'waiting' | 'running' | 'delayed' | 'asked' | 'open'
  | 'completed' | 'skipped' | 'passed' | 'tolerated' | 'failed' | 'cancelled' | 'blocked'

export type Outcome = 'completed' | 'failed' | 'cancelled'
type PhaseName = NonNullable<PlanStep['phase']>

export interface Limits {
  concurrency: number
  failFast: boolean
}

/** How a run stands, as its journal tells. */
export interface Facts {
  /** Of the plan's steps and of the items that are known. */
  status: Map<string, Status>
  blockedBy: Map<string, string>
  /** Attempts in all. */
  attempts: Map<string, number>
  /** Attempts since the run, or the last resume of it, began. */
  recent: Map<string, number>
  /** How many items a step has. */
  items: Map<string, number>
  /** Of the phase that is current. */
  firstFailure: string | null
  cancelled: boolean
  limited: boolean
  /** How many phases were past when the run was killed. */
  killedIn: number | null
  paused: boolean
  /** How the phases before the current one ended. */
  past: Outcome[]
  /** The step that failed the run, once the phase is over in which it did. */
  runFailure: string | null
  ended: Outcome | null
}

export class Violation extends Error {}

const PHASES: readonly PhaseName[] = ['main', 'on_success', 'on_failure', 'always']

export function phasesOf(plan: Plan): PhaseName[] {
  return PHASES.filter((phase) => phase === 'main' || plan.steps.some((step) => phaseOf(step) === phase))
}

export function phaseOf(step: PlanStep): PhaseName {
  return step.phase ?? 'main'
}

/** The step of the plan that a step is, or is an item of. */
export function ownOf(plan: Plan, name: string): PlanStep {
  const step = plan.steps.find((other) => other.name === name.split('[')[0])
  if (!step) throw new Violation(`there is no step ${name}`)
  return step
}

export function isItem(name: string): boolean {
  return name.includes('[')
}

export function itemsOf(facts: Facts, name: string): string[] {
  return Array.from({ length: facts.items.get(name) ?? 0 }, (_, i) => `${name}[${i}]`)
}

export function waitsFor(plan: Plan, name: string): string[] {
  const step = ownOf(plan, name)
  return step.dependsOn ?? plan.steps.filter((other) => phaseOf(other) === phaseOf(step) && other.stage < step.stage).map((other) => other.name)
}

export function satisfies(status: Status): boolean {
  return status === 'completed' || status === 'skipped' || status === 'passed' || status === 'tolerated'
}

export function isBad(status: Status): boolean {
  return status === 'failed' || status === 'cancelled' || status === 'blocked'
}

export function isSettled(status: Status): boolean {
  return satisfies(status) || isBad(status)
}

export function isStopping(facts: Facts): boolean {
  return facts.cancelled || facts.firstFailure !== null
}

export function stepsThatAre(facts: Facts, ...wanted: Status[]): string[] {
  return [...facts.status].filter(([, status]) => wanted.includes(status)).map(([name]) => name)
}

/** The phase that the run is in; undefined: all are over. */
export function currentPhase(plan: Plan, facts: Facts): PhaseName | undefined {
  return phasesOf(plan)[facts.past.length]
}

/** Whether the steps of a phase are this run's to run. */
export function applies(facts: Facts, phase: PhaseName): boolean {
  if (phase === 'always') return facts.killedIn === null || facts.killedIn >= facts.past.length
  if (phase === 'main') return true
  return facts.past[0] === (phase === 'on_success' ? 'completed' : 'failed')
}

/** Every step that it waits for is satisfied, and its phase has come; of an item: its step is open. */
export function isFree(plan: Plan, facts: Facts, name: string): boolean {
  const own = ownOf(plan, name)
  const phase = phaseOf(own)
  if (currentPhase(plan, facts) !== phase || !applies(facts, phase)) return false
  if (isItem(name)) return facts.status.get(own.name) === 'open'
  return waitsFor(plan, name).every((other) => satisfies(facts.status.get(other)!))
}

/** Something is to be decided before it starts. */
export function isGated(step: PlanStep): boolean {
  return step.when !== undefined || step.forEach !== undefined || step.type === 'approval'
}

/** Among the items of its step there is room for one more. */
export function hasRoom(plan: Plan, facts: Facts, item: string, underWay: (name: string) => boolean): boolean {
  const { name, forEach } = ownOf(plan, item)
  return itemsOf(facts, name).filter(underWay).length < (forEach?.maxParallel ?? Infinity)
}

/** Whether a step that fails now is worth another attempt. */
export function hasTriesLeft(plan: Plan, facts: Facts, name: string): boolean {
  return facts.recent.get(name)! < (ownOf(plan, name).retry?.max ?? 1)
}

/** How the run stands if it ends now. */
export function outcomeOf(facts: Facts): Outcome {
  return facts.past.find((outcome) => outcome !== 'completed') ?? 'completed'
}

/** Nothing has happened yet. */
export function blankFacts(plan: Plan): Facts {
  return {
    status: new Map(plan.steps.map(({ name }) => [name, 'waiting'])),
    blockedBy: new Map(),
    attempts: new Map(plan.steps.map(({ name }) => [name, 0])),
    recent: new Map(plan.steps.map(({ name }) => [name, 0])),
    items: new Map(),
    firstFailure: null,
    cancelled: false,
    limited: false,
    killedIn: null,
    paused: false,
    past: [],
    runFailure: null,
    ended: null,
  }
}
