import { RunnerError, type Runner, type RunSummary, type RunView } from '@lorc/runner'
import { askingSteps } from './asking-steps.ts'
import { runItem } from './run-answer.ts'

type Runs = Pick<Runner, 'view'>

/** A run as lists show it. One whose journal is broken is listed all the same: whoever opens it is told. */
export async function listedRun(runner: Runs, run: RunSummary, isOurs: boolean): Promise<ReturnType<typeof runItem>> {
  const view = run.status === 'running' ? await viewOf(runner, run.runId) : undefined
  return runItem(run, view, { isOurs, waitsWithin: view !== undefined && (await waitsWithin(runner, view)) })
}

/** Whether a run of its steps, or of theirs, waits for an approval. */
export async function waitsWithin(runner: Runs, { steps }: Pick<RunView, 'steps'>): Promise<boolean> {
  for (const { status, childRun } of steps) {
    if (status !== 'running' || childRun === null) continue
    const inner = await viewOf(runner, childRun)
    if (inner && (askingSteps(inner.steps).length > 0 || (await waitsWithin(runner, inner)))) return true
  }
  return false
}

/** What is wrong with one run alone. */
const OF_THE_RUN: ReadonlySet<string> = new Set(['RUN_JOURNAL_BROKEN', 'RUN_UNKNOWN', 'STORE_CORRUPT'])

/** Undefined: it is broken, or gone; a step is linked with its run a moment before there is one. */
async function viewOf(runner: Runs, runId: string): Promise<RunView | undefined> {
  try {
    return await runner.view(runId)
  } catch (error) {
    if (error instanceof RunnerError && OF_THE_RUN.has(error.code)) return undefined
    throw error
  }
}
