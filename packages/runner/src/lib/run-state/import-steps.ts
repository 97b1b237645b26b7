import type { StartOptions } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { EventData } from '../events.ts'
import type { Graph } from '../plan/graph.ts'
import type { Plan } from '../plan.ts'
import { withDependents } from '../plan/run-order.ts'
import { checkedEvents } from './run-reader.ts'
import type { RunStore } from '../store.ts'

/** A completion taken over from another run. */
export type StepImport = Extract<EventData, { type: 'step.completed' }>

/**
 * What a run with `resumeFrom` takes over from the run `source`: the completions of all steps but the named ones and their
 * dependents, in the order in which they were completed. Throws RUN_JOURNAL_BROKEN.
 */
export async function importSteps(store: RunStore, source: string, graph: Graph, options: StartOptions): Promise<StepImport[]> {
  const again = withDependents(graph, options.resumeFrom ?? [])
  const skipped = new Set(options.skip)
  const imported = new Map<string, StepImport>()
  for await (const event of checkedEvents(store, source)) {
    if (event.type !== 'step.completed') continue
    const index = graph.index.get(event.step)
    if (index === undefined || graph.phase[index]! > 0 || again.has(index) || skipped.has(event.step)) continue
    imported.set(event.step, importOf(event, source))
  }
  return [...imported.values()]
}

/** The run that is named, else the last one of a plan of this name that no other run started. Throws RUN_NO_SOURCE. */
export async function sourceRun(store: RunStore, plan: Plan, fromRun: string | undefined): Promise<string> {
  if (fromRun !== undefined) {
    if (await store.get(fromRun)) return fromRun
    throw new RunnerError('RUN_NO_SOURCE', `There is no run ${fromRun} to resume from.`, { fix: 'See "lorc runs list".' })
  }
  const [last] = await store.list({ name: plan.name, topLevel: true, limit: 1 })
  if (last) return last.runId
  throw new RunnerError('RUN_NO_SOURCE', `There is no earlier run of "${plan.name}" to resume from.`, {
    fix: 'Run it once without --resume-from, or name a run with --from-run.',
  })
}

/** A completion as another run takes it over: `source` is where it is recorded, which may have it from elsewhere itself. */
export function importOf(event: StepImport, source: string): StepImport {
  const { step, attempt, writes, outputs, artifacts, meta } = event
  const importedFrom = event.importedFrom ?? source
  return { type: 'step.completed', step, attempt, writes, outputs, artifacts, metrics: null, ...(meta && { meta }), importedFrom }
}
