import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunSummary } from '@lorc/runner'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { durationOption } from '../duration-text.ts'
import type { OpenRunner } from '../engine.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { bytes, count, timestamp } from '../render/quantity.ts'
import { newestRuns, recipeName } from '../runs-of-recipe.ts'
import { withRunner } from '../with-runner.ts'

/** Cached results of a step that stay however old they are: a step looks at no more. */
const RESULTS_KEPT = 20
/** Runs that a dry run names. */
const NAMED = 20

export const runsPrune = defineCommand({
  description:
    'Removes old runs with all that is kept of them: journal, logs, and their folder in runs/ with its artifacts. With ' +
    '--keep, a run goes that began longer ago and is not among the last of its recipe. Runs that go on, are paused or ' +
    'were abandoned stay, as does the last run of each recipe; what a step started goes with its run. Old cached results and compiled recipes go too.',
  arguments: {},
  options: {
    keep: { kind: 'text', label: 'TIME', summary: 'Keep what began within this time: 12h, 30d, 2w' },
    'keep-last': { kind: 'integer', label: 'N', min: 1, default: 1, summary: 'Keep the last N runs of each recipe' },
    recipe: { kind: 'text', label: 'NAME', summary: 'Only runs of the recipe of this name (or file)' },
    compact: { kind: 'flag', summary: 'Make the database smaller, too: takes a while where much is kept' },
    'dry-run': { kind: 'flag', summary: 'Show what would be removed' },
    ...JSON_OPTION,
  },
  examples: [
    ['runs prune --keep 30d --dry-run', 'what is older than 30 days'],
    ['runs prune --keep 30d --keep-last 10', 'remove it, but for the last 10 runs of each recipe'],
    ['runs prune --keep-last 100 --recipe hourly --compact', 'keep 100 runs of one recipe, and give the space back'],
  ],
  async run(invocation) {
    const { io, out, options, workspace } = invocation
    const keepMs = options.keep === undefined ? null : durationOption('keep', options.keep)
    if (keepMs === null && options['keep-last'] === 1) {
      throw new CliError('CLI_OPTION_INVALID', 'it is not said what to keep.', {
        fix: 'give --keep (e.g. 30d), --keep-last (at least 2), or both.',
      })
    }
    const { root } = await workspace()
    return await withRunner(
      invocation,
      async (open) => {
        const name = options.recipe === undefined ? undefined : await recipeName(open.store, options.recipe, io.cwd, root)
        const { runs } = await newestRuns(open.store, { since: null, most: Number.POSITIVE_INFINITY, children: true })
        const before = keepMs === null ? Number.POSITIVE_INFINITY : io.now() - keepMs
        const old = superfluous(runs, { before, keepLast: options['keep-last'], name })
        if (options['dry-run']) {
          io.stdout.write(options.json ? json({ dry_run: true, runs: old.map(({ runId }) => runId) }) : dryText(old, runs.length))
          return EXIT.ok
        }
        const freed = await prune(open, old, options.compact)
        // Results and plans are every recipe's: they go by age alone.
        const results = keepMs === null ? 0 : await open.store.removeCached(before, RESULTS_KEPT)
        const plans = keepMs === null ? 0 : await removePlans(join(root, '.lorc', 'plans'), before)
        const told = { ...freed, results, plans }
        io.stdout.write(options.json ? json(jsonOf(told)) : text(told))
        if (told.reusable > 0 && !options.json) {
          io.stderr.write(out.dim(`${bytes(told.reusable)} of the store are free for new runs; --compact gives them back\n`))
        }
        return EXIT.ok
      },
      { readOnly: options['dry-run'] },
    )
  },
})

interface Freed {
  runs: string[]
  /** Runs that were to go but went on, or were held. */
  stayed: number
  /** Bytes: given back, and free inside the store. */
  freed: number
  reusable: number
}

interface Bounds {
  /** Unix milliseconds. */
  before: number
  keepLast: number
  /** Of the recipe; undefined: of each. */
  name: string | undefined
}

/** Ended before, and not among the last of its recipe, or started by a step of such a run. `runs` are the newest first. */
function superfluous(runs: readonly RunSummary[], { before, keepLast, name }: Bounds): RunSummary[] {
  const byId = new Map(runs.map((run) => [run.runId, run]))
  const above = (run: RunSummary): RunSummary | undefined => (run.parent === null ? undefined : byId.get(run.parent.runId))
  const top = (run: RunSummary): RunSummary => {
    let highest = run
    for (let next = above(run); next !== undefined; next = above(next)) highest = next
    return highest
  }
  const seen = new Map<string, number>()
  const old = new Set<RunSummary>()
  for (const run of runs) {
    if (above(run) !== undefined || (name !== undefined && run.name !== name)) continue
    const place = (seen.get(run.name) ?? 0) + 1
    seen.set(run.name, place)
    if (place > keepLast && run.createdAt < before && run.status !== 'running') old.add(run)
  }
  return runs.filter((run) => run.status !== 'running' && old.has(top(run)))
}

async function prune({ runner, store }: OpenRunner, old: readonly RunSummary[], compact: boolean): Promise<Freed> {
  const before = await store.size()
  const { runIds, bytes: files } = await runner.remove(old.map(({ runId }) => runId))
  if (compact) await store.compact()
  const after = await store.size()
  const freed = files + Math.max(0, before.bytes - after.bytes)
  return { runs: runIds, stayed: old.length - runIds.length, freed, reusable: after.freeBytes }
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

function dryText(old: readonly RunSummary[], all: number): string {
  const shown = old.slice(0, NAMED).map(({ runId, name, createdAt }) => `${runId}  ${name}, begun ${timestamp(createdAt)}`)
  const more = old.length - shown.length
  return `${[`would remove ${old.length} of ${count(all, 'run')}`, ...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')}\n`
}

function text({ runs, stayed, freed, results, plans }: Freed & { results: number; plans: number }): string {
  const also = [
    ...(results > 0 ? [count(results, 'cached result')] : []),
    ...(plans > 0 ? [count(plans, 'compiled recipe')] : []),
  ]
  const tail = also.length === 0 ? '' : `, ${also.join(', ')}`
  const left = stayed === 0 ? '' : `; ${count(stayed, 'run')} stayed, for somebody holds them`
  return `removed ${count(runs.length, 'run')}${tail}: ${bytes(freed)} freed${left}\n`
}

function jsonOf({ runs, stayed, freed, reusable, results, plans }: Freed & { results: number; plans: number }): object {
  return { runs, stayed, cached_results: results, compiled_recipes: plans, freed_bytes: freed, reusable_bytes: reusable }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
