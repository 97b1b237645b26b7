import type { OpenRunner } from './engine.ts'
import { CliError } from './errors.ts'
import { findRun, RUN_ARGUMENT } from './run-lookup.ts'

export const RUN_OR_ALL = { ...RUN_ARGUMENT, required: false } as const

/**
 * The run that is named; with `all` each that goes on and is paused, or is not, as `paused` says: those that steps of others started are
 * reached by these. Throws CliError CLI_RUN_*, CLI_ARGUMENT_MISSING, CLI_OPTION_INVALID.
 */
export async function meantRuns({ runner, store }: OpenRunner, run: string | undefined, { all, paused }: { all: boolean; paused: boolean }): Promise<string[]> {
  if (all && run !== undefined) throw new CliError('CLI_OPTION_INVALID', `--all and \`${run}\` do not go together.`, { fix: 'leave one of them out.' })
  if (run !== undefined) return [await findRun(store, run)]
  if (!all) throw new CliError('CLI_ARGUMENT_MISSING', 'RUN is missing.', { fix: 'name a run, or say --all.' })
  const meant: string[] = []
  for (const { runId } of await store.list({ topLevel: true, status: 'running', limit: Infinity })) {
    if (((await runner.view(runId)).paused !== null) === paused) meant.push(runId)
  }
  return meant
}

/** What was so already when it was asked for: the run has ended meanwhile, or somebody else has let it go on. */
const OVER: readonly unknown[] = ['RUN_ENDED', 'RUN_NOT_PAUSED']

/** Asks for it run by run. Of all runs, one of which it is so already is left out. */
export async function ofEach<T>(runs: readonly string[], all: boolean, ask: (runId: string) => Promise<T>): Promise<{ runId: string; outcome: T }[]> {
  const asked: { runId: string; outcome: T }[] = []
  for (const runId of runs) {
    try {
      asked.push({ runId, outcome: await ask(runId) })
    } catch (error) {
      if (!all || !OVER.includes((error as { code?: unknown }).code)) throw error
    }
  }
  return asked
}

/** What `--json` prints: of all runs a list. */
export function outcomesJson(asked: readonly { runId: string; outcome: string }[], all: boolean): string {
  const outcomes = asked.map(({ runId, outcome }) => ({ run_id: runId, outcome }))
  return `${JSON.stringify(all ? outcomes : outcomes[0])}\n`
}
