import type { Surroundings } from '../command-line/command.ts'
import type { OpenRunner } from '../engine.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { reportOf } from '../render/error-report.ts'
import { showError } from '../render/show-error.ts'
import { whoever } from '../whoever.ts'
import { findRun, RUN_ARGUMENT } from './run-lookup.ts'

export const RUN_OR_ALL = { ...RUN_ARGUMENT, required: false } as const

/**
 * The run that is named; with `all` each that goes on and is paused, or is not, as `paused` says: those that steps of others started are
 * reached by these. Throws CliError CLI_RUN_*, CLI_ARGUMENT_MISSING, CLI_OPTION_INVALID.
 */
async function meantRuns({ runner, store }: OpenRunner, run: string | undefined, { all, paused }: { all: boolean; paused: boolean }): Promise<string[]> {
  if (all && run !== undefined) throw new CliError('CLI_OPTION_INVALID', `--all and \`${run}\` do not go together.`, { fix: 'leave one of them out.' })
  if (run !== undefined) return [await findRun(store, run)]
  if (!all) throw new CliError('CLI_ARGUMENT_MISSING', 'RUN is missing.', { fix: 'name a run, or say --all.' })
  const meant: string[] = []
  for (const { runId } of await store.list({ topLevel: true, status: 'running', limit: Infinity })) {
    // One that cannot be looked at is asked all the same, and says why it cannot.
    const view = await runner.view(runId).catch(() => undefined)
    if (view === undefined || (view.paused !== null) === paused) meant.push(runId)
  }
  return meant
}

/** What was so already when it was asked for: the run has ended meanwhile, or somebody else has let it go on. */
const OVER: readonly unknown[] = ['RUN_ENDED', 'RUN_NOT_PAUSED']

type Asking = Pick<Surroundings, 'io' | 'err' | 'debug'> & { all: boolean }

interface Asked<T> {
  runs: { runId: string; outcome: T }[]
  exit: number
}

/**
 * Asks for it run by run. Of all runs, one of which it is so already is left out; one that has a fault of its own is told on
 * stderr, and keeps no other from being asked.
 */
async function ofEach<T>(meant: readonly string[], { io, err, debug, all }: Asking, ask: (runId: string) => Promise<T>): Promise<Asked<T>> {
  const asked: Asked<T> = { runs: [], exit: EXIT.ok }
  for (const runId of meant) {
    try {
      asked.runs.push({ runId, outcome: await ask(runId) })
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (OVER.includes(code) && all) continue
      if (!all || !String(code).startsWith('RUN_')) throw error
      showError(reportOf(error), { io, style: err, debug, json: false })
      asked.exit = EXIT.failed
    }
  }
  return asked
}

interface Steering extends Omit<Asking, 'all'> {
  arguments: { run?: string | undefined }
  options: { all: boolean; by?: string | undefined; reason: string }
}

/** Pauses or unpauses the runs that are meant, each on record. */
export async function steerRuns(open: OpenRunner, invocation: Steering, action: 'pause' | 'unpause'): Promise<Asked<'requested' | 'done'>> {
  const { runner, record } = open
  const { all, by = whoever(), reason } = invocation.options
  const asked = { by, reason }
  const meant = await meantRuns(open, invocation.arguments.run, { all, paused: action === 'unpause' })
  return ofEach(meant, { ...invocation, all }, (runId) =>
    record({ action: `run.${action}`, runId, ...asked }, () => runner[action](runId, asked), (did) => ({ outcome: did })),
  )
}

/** What `--json` prints: of all runs a list. */
export function outcomesJson(asked: readonly { runId: string; outcome: string }[], all: boolean): string {
  const outcomes = asked.map(({ runId, outcome }) => ({ run_id: runId, outcome }))
  return `${JSON.stringify(all ? outcomes : outcomes[0])}\n`
}
