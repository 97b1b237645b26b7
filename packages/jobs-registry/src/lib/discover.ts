import { resolve } from 'node:path'
import { candidatesOf } from './candidates.ts'
import { keepRegistry, keptRegistry } from './discovery-cache.ts'
import type { JobRegistry } from './job-registry.ts'
import { readPackages } from './package-jobs.ts'
import { realPath } from './paths.ts'
import { WatchedPaths } from './watched-paths.ts'

/** Where jobs are looked for. */
export interface DiscoverOptions {
  /** The workspace: the folder whose package.json declares packages. Absolute. */
  root: string
  /** Folders of further packages, absolute or relative to `root`; `*`, `**` and `{a,b}` as in npm's `workspaces`. */
  paths?: readonly string[]
  /** Names of packages that the workspace does not declare, but something that it declares brings with it; `*` for any letters. */
  allow?: readonly string[]
  /** Names of packages that have no jobs, whatever they declare; `*` for any letters. Comes before everything else. */
  deny?: readonly string[]
  /** Where what was found is kept, for as long as nothing changes: `DIR/jobs.json`. Default: nowhere. */
  cacheDir?: string
  /** Files that the options come from: what was kept is of no use once one of them changes. */
  optionFiles?: readonly string[]
  /** Looks at everything again, whatever was kept. */
  fresh?: boolean
  /** The clock of the file system's times, in milliseconds. Default: Date.now. */
  now?: () => number
}

/**
 * The jobs of the workspace's own package and of all that it declares: dependencies as npm, pnpm or yarn installed them
 * (linked ones too), members of the workspace and what they declare, and packages at `paths`. Reads package.json files
 * alone: no code of a package runs. A broken declaration is among `problems`, and hides nothing else.
 */
export async function discoverJobs(options: DiscoverOptions): Promise<JobRegistry> {
  const root = realPath(options.root) ?? resolve(options.root)
  const { paths = [], allow = [], deny = [], cacheDir, optionFiles = [], fresh = false, now = Date.now } = options
  const key = { key: keyOf(root, optionFiles), choice: JSON.stringify([paths, allow, deny]) }
  const kept = cacheDir === undefined || fresh ? undefined : keptRegistry(cacheDir, key)
  if (kept !== undefined) return kept
  const begun = now()
  const watched = new WatchedPaths()
  for (const file of optionFiles) watched.add(file)
  const { all, problems } = await candidatesOf({ root, paths, allow }, watched)
  const registry = readPackages(all, deny, watched)
  registry.problems.unshift(...problems)
  if (cacheDir !== undefined && watched.settledAt(begun)) keepRegistry(cacheDir, key, registry, watched)
  return registry
}

/**
 * What `discoverJobs` kept for this workspace and these files of options, whatever they say; undefined where nothing is kept,
 * or anything has changed. For programs that would rather not read the options.
 */
export function keptJobs({ root, cacheDir, optionFiles = [] }: Pick<DiscoverOptions, 'root' | 'optionFiles'> & { cacheDir: string }): JobRegistry | undefined {
  return keptRegistry(cacheDir, { key: keyOf(realPath(root) ?? resolve(root), optionFiles) })
}

function keyOf(root: string, optionFiles: readonly string[]): string {
  return JSON.stringify([root, ...optionFiles])
}
