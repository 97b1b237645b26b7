import { isDeepStrictEqual } from 'node:util'
import { type Crash, discrepancies } from './account.ts'
import type { CopiedRun } from './journal-copy.ts'
import type { Effect } from './site.ts'

/**
 * As `discrepancies`, of a run and of those that its steps started: each of them by itself, and each step with the one
 * run that it started.
 */
export function familyDiscrepancies(
  runs: readonly CopiedRun[],
  effects: readonly Effect[],
  crashes: readonly Crash[],
): string[] {
  const found: string[] = []
  for (const run of runs) {
    const of = (all: readonly Effect[]): Effect[] => all.filter(({ key }) => key.startsWith(`${run.runId}/`))
    const own = crashes.map((crash) => ({ ...crash, effects: of(crash.effects) }))
    found.push(...discrepancies(run, of(effects), own), ...linked(run, runs))
  }
  for (const { step, key } of effects)
    if (!runs.some(({ runId }) => key.startsWith(`${runId}/`))) found.push(`${step} ran for no run that there is: ${key}`)
  return found
}

/** Each run that a step started is linked to it, begun and completed before it, and what it set is what the step set. */
function linked(run: CopiedRun, runs: readonly CopiedRun[]): string[] {
  const found: string[] = []
  const links = run.events.filter((event) => event.type === 'step.linked')
  for (const { step, runId, ts } of links) {
    const child = runs.find((other) => other.runId === runId)
    if (child === undefined) {
      found.push(`${step} is linked to ${runId}, which there is not`)
      continue
    }
    const end = run.events.find((event) => event.type === 'step.completed' && event.step === step)
    if (!isDeepStrictEqual(child.summary.parent, { runId: run.runId, step }))
      found.push(`${runId} does not say that ${step} started it`)
    if ((child.events[0]?.ts ?? 0) < ts) found.push(`${runId} was begun before ${step} was linked to it`)
    if ((child.events.at(-1)?.ts ?? Infinity) > (end?.ts ?? 0)) found.push(`${step} completed before ${runId} had`)
    const set = Object.entries(child.context).map(([key, { value }]) => [key, value])
    const writes = end?.type === 'step.completed' ? Object.entries(end.writes).map(([key, { value }]) => [key, value]) : []
    if (!isDeepStrictEqual(Object.fromEntries(set), Object.fromEntries(writes)))
      found.push(`${step} did not set what ${runId} did`)
  }
  const children = runs.filter(({ summary }) => summary.parent?.runId === run.runId)
  for (const { runId } of children)
    if (!links.some((link) => link.runId === runId)) found.push(`${runId} was begun, and no step is linked to it`)
  return found
}
