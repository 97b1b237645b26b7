import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Runner } from '../api.ts'
import { count, text } from '../known-options.ts'
import { checkOptions, fitting, type OptionChecks } from '../option-checks.ts'
import type { RemovedRuns } from '../run-removal.ts'
import type { RunStore, RunSummary } from '../store.ts'

/** Runs that are read at a time: others get their turn in between. */
const PAGE = 1000
/** Cached results of a step that stay however old they are: a step looks at no more. */
const RESULTS_KEPT = 20

/** Which runs stay: what neither `keepMs` nor `keepLast` keeps may go. */
export interface Retention {
  /** What began within this time stays; null: age keeps nothing. */
  keepMs: number | null
  /** The last runs of each recipe stay: at least 1. */
  keepLast: number
  /** Unix milliseconds. */
  now: number
  /** Only runs of plans of this name may go. */
  name?: string | undefined
}

const KNOWN: OptionChecks<Retention> = {
  keepMs: fitting('null, or a number of milliseconds, 0 or more', (value) => value === null || (Number.isFinite(value) && Number(value) >= 0)),
  keepLast: count,
  now: fitting('Unix milliseconds', Number.isFinite),
  name: text,
}

export interface PrunableRuns {
  /** The newest first; those that steps started with the run that did. */
  runs: Pick<RunSummary, 'runId' | 'name' | 'createdAt'>[]
  /** How many are kept now. */
  of: number
}

export interface Pruned {
  runIds: string[]
  /** Runs that were to go but went on, or were held. */
  stayed: number
  /** Of folders and logs. */
  bytes: number
  /** As RemovedRuns has them. */
  undeleted: RemovedRuns['undeleted']
  cachedResults: number
  compiledRecipes: number
}

type Sketch = Pick<RunSummary, 'runId' | 'name' | 'createdAt'> & { parent: string | null; over: boolean }

/**
 * The runs that may go: ended, not within `keepMs`, and not among the last of their recipe; with the runs of their steps.
 * Runs that go on, are paused or were abandoned stay. Rejects with RUN_OPTION_INVALID, as `pruneRuns` does.
 */
export async function prunableRuns(store: RunStore, retention: Retention): Promise<PrunableRuns> {
  checkOptions('pruneRuns', retention, KNOWN, ['keepMs', 'keepLast', 'now'])
  const { keepMs, keepLast, now, name } = retention
  const runs = await allRuns(store)
  const byId = new Map(runs.map((run) => [run.runId, run]))
  const above = ({ parent }: Sketch): Sketch | undefined => (parent === null ? undefined : byId.get(parent))
  const top = (run: Sketch): Sketch => {
    let highest = run
    for (let next = above(run); next !== undefined; next = above(next)) highest = next
    return highest
  }
  const before = keepMs === null ? Number.POSITIVE_INFINITY : now - keepMs
  const places = new Map<string, number>()
  const old = new Set<Sketch>()
  for (const run of runs) {
    if (above(run) !== undefined || (name !== undefined && run.name !== name)) continue
    const place = (places.get(run.name) ?? 0) + 1
    places.set(run.name, place)
    if (place > Math.max(1, keepLast) && run.createdAt < before && run.over) old.add(run)
  }
  return { runs: runs.filter((run) => run.over && old.has(top(run))), of: runs.length }
}

/**
 * Removes what `prunableRuns` finds, as `Runner.remove` does; where `keepMs` is given, also cached results and compiled
 * recipes (`<stateDir>/plans`) that are older, but of each step the newest 20 results.
 */
export async function pruneRuns(runner: Runner, stateDir: string, retention: Retention): Promise<Pruned> {
  const { runs } = await prunableRuns(runner.store, retention)
  const { runIds, bytes, undeleted } = await runner.remove(runs.map(({ runId }) => runId))
  const { keepMs, now } = retention
  return {
    runIds,
    stayed: runs.length - runIds.length,
    bytes,
    undeleted,
    // Results and plans are every recipe's: they go by age alone.
    cachedResults: keepMs === null ? 0 : await runner.store.removeCached(now - keepMs, RESULTS_KEPT),
    compiledRecipes: keepMs === null ? 0 : await removePlans(join(stateDir, 'plans'), now - keepMs),
  }
}

/** The newest first. */
async function allRuns(store: RunStore): Promise<Sketch[]> {
  const runs: Sketch[] = []
  let before: string | undefined
  for (;;) {
    const page = await store.list({ limit: PAGE, ...(before !== undefined && { before }) })
    for (const { runId, name, createdAt, parent, status } of page) {
      runs.push({ runId, name, createdAt, parent: parent?.runId ?? null, over: status !== 'running' })
    }
    before = page.at(-1)?.runId
    if (page.length < PAGE || before === undefined) return runs
    await setImmediate()
  }
}

/** Compiled recipes that were not made since: the next run of one compiles it again. */
async function removePlans(folder: string, before: number): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name)
    const made = (await stat(file).catch(() => undefined))?.mtimeMs ?? before
    if (made >= before) continue
    await rm(file, { force: true })
    removed++
  }
  return removed
}
