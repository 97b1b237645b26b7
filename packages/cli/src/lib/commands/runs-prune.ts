import { relative } from 'node:path'
import type { PrunableRuns, Pruned } from '@lorc/runner/records'
import { withAudit } from '../access/audit.ts'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { durationOption } from '../duration-text.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { bytes, count, timestamp } from '../render/quantity.ts'
import { recipeName } from '../lookup/runs-of-recipe.ts'
import { whoever } from '../whoever.ts'
import { withRunner } from '../with-runner.ts'
import type { LoadedWorkspace } from '../workspace.ts'

/** Runs that a dry run names. */
const NAMED = 20
/** Runs that one record of the audit log names. */
const RECORDED = 100

export const runsPrune = defineCommand({
  description:
    'Removes old runs with all that is kept of them: journal, logs, and their folder in runs/ with its artifacts. With ' +
    '--keep, a run goes that began longer ago and is not among the last of its recipe. Runs that go on, are paused or ' +
    'were abandoned stay, as does the last run of each recipe; what a step started goes with its run. Old cached results and compiled recipes go too. Which runs went is put into the audit log.',
  arguments: {},
  options: {
    keep: { kind: 'text', label: 'TIME', summary: 'Keep what began within this time: 12h, 30d, 2w' },
    'keep-last': { kind: 'integer', label: 'N', min: 1, summary: 'Keep the last N runs of each recipe (without --keep: only those)' },
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
    const { 'keep-last': keepLast = 1 } = options
    if (keepMs === null && options['keep-last'] === undefined) {
      throw new CliError('CLI_OPTION_INVALID', 'it is not said what to keep.', { fix: 'give --keep (e.g. 30d), --keep-last (e.g. 100), or both.' })
    }
    const loaded = await workspace()
    const { root, stateDir } = loaded
    return await withRunner(invocation, async (open) => {
      const { prunableRuns, pruneRuns } = await import('@lorc/runner/records')
      const name = options.recipe === undefined ? undefined : await recipeName(open.store, options.recipe, io.cwd, root)
      const retention = { keepMs, keepLast, now: io.now(), name }
      const { runs, of } = await prunableRuns(open.store, retention)
      if (options['dry-run']) {
        io.stdout.write(options.json ? json({ dry_run: true, runs: runs.map(({ runId }) => runId) }) : dryText(runs, of))
        return EXIT.ok
      }
      const before = await open.store.size()
      const prune = (): Promise<Pruned> => pruneRuns(open.runner, stateDir, retention)
      const why = `lorc runs prune${keepMs === null ? '' : ` --keep ${options.keep}`} --keep-last ${keepLast}${name === undefined ? '' : ` --recipe ${name}`}`
      const pruned = runs.length === 0 ? await prune() : await onRecord(loaded, runs, why, io.now, prune)
      if (options.compact) await open.store.compact()
      const after = await open.store.size()
      const told = { ...pruned, freed: pruned.bytes + Math.max(0, before.bytes - after.bytes), reusable: after.freeBytes }
      io.stdout.write(options.json ? json(jsonOf(told)) : text(told))
      if (told.reusable > 0 && !options.json) {
        io.stderr.write(out.dim(`${bytes(told.reusable)} of the store are free for new runs; --compact gives them back\n`))
      }
      for (const { folder, reason } of options.json ? [] : pruned.undeleted.slice(0, NAMED)) io.stderr.write(`${out.red('left')}  ${relative(root, folder)}: ${reason}\n`)
      if (pruned.undeleted.length === 0) return EXIT.ok
      io.stderr.write(`${count(pruned.undeleted.length, 'folder')} of runs that are gone could not be deleted: make them yours, and the next prune deletes them\n`)
      return EXIT.failed
    })
  },
})

/** What goes for good is on record, apart from what is removed. */
function onRecord(workspace: LoadedWorkspace, runs: PrunableRuns['runs'], why: string, now: () => number, prune: () => Promise<Pruned>): Promise<Pruned> {
  const before = { runs: runs.length, run_ids: runs.slice(0, RECORDED).map(({ runId }) => runId) }
  const action = { who: whoever(), via: 'cli', action: 'runs.prune', target: 'runs', why, before }
  return withAudit(
    workspace,
    (audit) =>
      audit.act(action, async () => {
        const result = await prune()
        return { result, after: { removed: result.runIds.length, stayed: result.stayed } }
      }),
    now,
  )
}

type Told = Pruned & {
  /** Bytes: given back, and free inside the store. */
  freed: number
  reusable: number
}

function dryText(old: PrunableRuns['runs'], all: number): string {
  const shown = old.slice(0, NAMED).map(({ runId, name, createdAt }) => `${runId}  ${name}, begun ${timestamp(createdAt)}`)
  const more = old.length - shown.length
  return `${[`would remove ${old.length} of ${count(all, 'run')}`, ...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')}\n`
}

function text({ runIds, stayed, freed, cachedResults, compiledRecipes }: Told): string {
  const also = [
    ...(cachedResults > 0 ? [count(cachedResults, 'cached result')] : []),
    ...(compiledRecipes > 0 ? [count(compiledRecipes, 'compiled recipe')] : []),
  ]
  const tail = also.length === 0 ? '' : `, ${also.join(', ')}`
  const left = stayed === 0 ? '' : `; ${count(stayed, 'run')} stayed, for somebody holds them`
  return `removed ${count(runIds.length, 'run')}${tail}: ${bytes(freed)} freed${left}\n`
}

function jsonOf({ runIds, stayed, freed, reusable, cachedResults, compiledRecipes, undeleted }: Told): object {
  return { runs: runIds, stayed, undeleted, cached_results: cachedResults, compiled_recipes: compiledRecipes, freed_bytes: freed, reusable_bytes: reusable }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
