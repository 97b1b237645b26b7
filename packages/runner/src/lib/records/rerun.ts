import type { StartOptions } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { JournalEvent } from '../events.ts'
import { importOf, type StepImport } from '../run-state/import-steps.ts'
import type { JsonObject } from '../json.ts'
import type { Plan } from '../plan.ts'
import { loadRun, type JournalSource } from '../run-state/run-reader.ts'

/** What `Runner.start` takes to run the same again. */
export interface Rerun {
  plan: Plan
  options: StartOptions
  /** What people did to the run while it went on, which is not done again: in their words. */
  mended: string[]
  /** Of lorc, its runner, Node, modules, as they were recorded. */
  versions: JsonObject
}

/**
 * The plan of a run with its parameters, options, seed, time and request, and what it took over from another run: read from its
 * journal, whatever has become of the recipe since. Nothing is taken from the cache. Rejects with RUN_UNKNOWN,
 * RUN_JOURNAL_BROKEN, STORE_*.
 */
export async function rerunOf(source: JournalSource, runId: string): Promise<Rerun> {
  let created: Extract<JournalEvent, { type: 'run.created' }> | undefined
  const imported: StepImport[] = []
  const mended: string[] = []
  const { plan, fold } = await loadRun(source, runId, {
    visit(event) {
      if (event.type === 'run.created') created = event
      if (event.type === 'step.completed' && event.importedFrom !== undefined) imported.push(importOf(event, runId))
      mended.push(...wordsOf(event))
    },
  })
  if (!created) throw new RunnerError('RUN_JOURNAL_BROKEN', `The journal of ${runId} does not begin with run.created.`)
  const { params, recipe, request, options } = created
  return {
    plan,
    options: {
      ...options,
      noCache: true,
      params,
      seed: fold.provenance.seed,
      time: fold.provenance.time,
      ...(recipe && { recipe }),
      ...(request !== undefined && { request }),
      ...(imported.length > 0 && { imported }),
      origin: { type: 'rerun', runId },
    },
    mended,
    versions: fold.provenance.versions,
  }
}

function wordsOf(event: JournalEvent): string[] {
  if (event.type === 'context.set') return [`${event.by} set ${Object.keys(event.writes).join(', ')}: ${event.reason}`]
  if (event.type === 'steps.skipped' && event.by !== undefined) return [`${event.by} skipped ${event.steps.join(', ')}: ${event.reason}`]
  if (event.type === 'steps.reset' && event.by !== '_runner') return [`${event.by} had ${event.steps.join(', ')} run again: ${event.reason}`]
  return []
}
