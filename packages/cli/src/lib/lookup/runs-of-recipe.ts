import { relative, resolve } from 'node:path'
import type { RunStore, RunSummary } from '@lorc/runner'
import { closest } from '../closest.ts'
import { CliError } from '../errors.ts'

const PAGE = 1000

export interface RunWindow {
  /** Unix milliseconds: runs that began before are left out. */
  since: number | null
  /** No more runs than this. */
  most: number
  /** Those that steps of other runs started, too. */
  children: boolean
}

/** The newest runs, newest first; `truncated`: there are more that began in time. */
export async function newestRuns(
  store: RunStore,
  { since, most, children }: RunWindow,
  name?: string,
): Promise<{ runs: RunSummary[]; truncated: boolean }> {
  const runs: RunSummary[] = []
  let before: string | undefined
  for (;;) {
    const which = { topLevel: !children, ...(name === undefined ? {} : { name }), ...(before === undefined ? {} : { before }) }
    const page = await store.list({ limit: PAGE, ...which })
    for (const run of page) {
      if (since !== null && run.createdAt < since) return { runs, truncated: false }
      if (runs.length === most) return { runs, truncated: true }
      runs.push(run)
    }
    before = page.at(-1)?.runId
    if (page.length < PAGE || before === undefined) return { runs, truncated: false }
  }
}

/**
 * The name under which the runs of a recipe are kept, given that name or the recipe's file. Throws CliError
 * CLI_RECIPE_UNKNOWN where none of the newest runs is of such a recipe.
 */
export async function recipeName(store: RunStore, text: string, cwd: string, root: string): Promise<string> {
  const [named] = await store.list({ name: text, limit: 1 })
  if (named !== undefined) return named.name
  const { runs } = await newestRuns(store, { since: null, most: 10_000, children: true })
  const file = relative(root, resolve(cwd, text)).replaceAll('\\', '/')
  const ofFile = runs.find((run) => run.recipe === file)
  if (ofFile !== undefined) return ofFile.name
  const near = closest(text, new Set(runs.map(({ name }) => name)))
  throw new CliError('CLI_RECIPE_UNKNOWN', `no run of a recipe \`${text}\` is kept here.`, {
    fix: near === undefined ? '`lorc stats` shows the recipes that have runs.' : `did you mean \`${near}\`?`,
  })
}
