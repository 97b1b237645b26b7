import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { env, execArgv, execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { JournalEvent, JsonObject } from '@lorc/runner'
import { CliError } from '../errors.ts'
import { realEngine } from '../real-engine.ts'
import type { LoadedWorkspace } from '../workspace.ts'
import type { CrashOrder, CrashPlace } from './crash-order.ts'
import { differences, nameOf, type Difference, type Outcome } from './outcome-difference.ts'
import { Scratch } from './scratch.ts'

const FROM_SOURCE = import.meta.url.endsWith('.ts')
const ENTRY = fileURLToPath(new URL(`./crash-driver-entry.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url))
/** A process may take this many times as long as the run that nobody disturbed, and this many milliseconds more. */
const PATIENCE = 10
const LEAST_MS = 30_000

export interface CrashTestOptions {
  workspace: LoadedWorkspace
  /** Absolute path of the recipe. */
  file: string
  params: JsonObject | undefined
  version: string
  /** Only the places at this event of the journal. */
  at?: number | undefined
  /** Called before each run that is killed, and with what came of it. */
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal
}

/** A run that was killed, resumed and did not end as the one that nobody disturbed. */
export interface Crash extends CrashPlace {
  /** Steps that were running when it was killed, and ran again. */
  again: string[]
  differences: Difference[]
  /** What the process that resumed it said, where it did not complete. */
  said: string
}

export interface CrashReport {
  /** Events of the run that nobody disturbed. */
  events: number
  /** Runs that were killed and resumed. */
  killed: number
  crashes: Crash[]
  /** Keys and files that differ between runs that nobody disturbed: they are not compared. */
  unsteady: string[]
}

interface Run {
  outcome: Outcome
  events: JournalEvent[]
  said: string
  ms: number
}

/**
 * Runs a recipe in scratch copies of its workspace, killed at each place of its journal and resumed, and compares how it ends.
 * Throws CliError CLI_CRASH_TEST_FAILED where it does not even complete when nobody disturbs it, CLI_OPTION_INVALID for an `at`
 * that the journal does not have.
 */
export async function crashTest(options: CrashTestOptions): Promise<CrashReport> {
  const known = (await drive(options, null, LEAST_MS * 1000))!
  if (known.outcome.status !== 'completed') {
    throw new CliError('CLI_CRASH_TEST_FAILED', `the run ${known.outcome.status} before anything was done to it: ${known.said.trim()}`, {
      fix: 'mend the recipe first; `lorc run` tells more.',
    })
  }
  const patience = PATIENCE * known.ms + LEAST_MS
  const again = (await drive(options, null, patience))!
  const unsteady = differences(known.outcome, again.outcome).map(nameOf)
  const places = placesOf(known.events.length, options.at)
  const report: CrashReport = { events: known.events.length, killed: 0, crashes: [], unsteady }
  for (const [i, place] of places.entries()) {
    options.onProgress?.(i, places.length)
    if (options.signal?.aborted === true) break
    const run = await drive(options, place, patience)
    if (!run) continue
    report.killed++
    const found = differences(known.outcome, run.outcome, new Set(unsteady))
    if (found.length > 0) report.crashes.push({ ...place, again: interrupted(run.events), differences: found, said: run.said })
  }
  options.onProgress?.(places.length, places.length)
  return report
}

/** Before and after each event but the first and the last. */
function placesOf(events: number, at: number | undefined): CrashPlace[] {
  if (at !== undefined && at >= events) {
    throw new CliError('CLI_OPTION_INVALID', `--at ${at}: the journal of a run has events 0 to ${events - 1}.`)
  }
  const seqs = at === undefined ? Array.from({ length: events }, (_, seq) => seq) : [at]
  return seqs.flatMap((seq) => [
    ...(seq > 0 ? [{ seq, when: 'before' as const }] : []),
    ...(seq < events - 1 ? [{ seq, when: 'after' as const }] : []),
  ])
}

function interrupted(events: readonly JournalEvent[]): string[] {
  return [...new Set(events.flatMap((event) => (event.type === 'step.interrupted' ? [event.step] : [])))]
}

/** One run, killed at `place` and resumed; undefined: it was killed before it had begun. */
async function drive(options: CrashTestOptions, place: CrashPlace | null, ms: number): Promise<Run | undefined> {
  const { workspace, version, params } = options
  const scratch = await Scratch.copy(workspace.root)
  try {
    const own = { ...workspace, root: scratch.root, stateDir: join(scratch.root, '.lorc') }
    const order: CrashOrder = { workspace: own, file: scratch.at(options.file, workspace.root), params, version, resume: null, kill: place }
    const began = performance.now()
    let said = await driveProcess(order, ms)
    const took = performance.now() - began
    if (place) {
      const resume = await runIn(own, version)
      if (resume === undefined) return undefined
      said = await driveProcess({ ...order, resume, kill: null }, ms)
    }
    return { ...(await ending(scratch, own, version)), said, ms: took }
  } finally {
    await scratch.remove()
  }
}

/** Resolves with what it said on stderr; ends it when it takes too long. */
async function driveProcess(order: CrashOrder, ms: number): Promise<string> {
  const child = spawn(execPath, [...execArgv, '--disable-warning=ExperimentalWarning', ENTRY, JSON.stringify(order)], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const timer = setTimeout(() => {
    said += `it did not end within ${Math.round(ms / 1000)} s and was killed\n`
    child.kill('SIGKILL')
  }, ms)
  await once(child, 'close')
  clearTimeout(timer)
  return said
}

/** The first run of a workspace. */
async function runIn(workspace: LoadedWorkspace, version: string): Promise<string | undefined> {
  const open = await realEngine(version).openRunner({ workspace, env })
  try {
    return (await open.store.list({ limit: 1000 })).at(-1)?.runId
  } finally {
    await open.close()
  }
}

async function ending(scratch: Scratch, workspace: LoadedWorkspace, version: string): Promise<Pick<Run, 'outcome' | 'events'>> {
  const open = await realEngine(version).openRunner({ workspace, env })
  try {
    const runId = (await open.store.list({ limit: 1000 })).at(-1)?.runId
    if (runId === undefined) return { outcome: { status: 'did not begin', context: new Map(), files: new Map() }, events: [] }
    const { status, context, abandoned } = await open.runner.view(runId)
    const events: JournalEvent[] = []
    for await (const event of open.runner.events(runId)) events.push(event)
    const keys = context.keys().filter((key) => !key.startsWith('_runner.'))
    const values = keys.map((key) => [key, JSON.stringify(context.get(key)).replaceAll(runId, '<run>')] as const)
    const files = await scratch.contents(runId)
    return { outcome: { status: abandoned ? 'did not end' : status, context: new Map(values), files }, events }
  } finally {
    await open.close()
  }
}
