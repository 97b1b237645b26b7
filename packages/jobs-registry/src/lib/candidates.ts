import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { broughtNames, declaredNames } from './declared-names.ts'
import { RegistryError } from './errors.ts'
import { foldersOf } from './folder-patterns.ts'
import type { RegistryProblem } from './job-registry.ts'
import { type Manifest, manifestPath, readManifest } from './manifest.ts'
import { nameMatcher } from './name-pattern.ts'
import { type Installed, NodeModules } from './node-modules.ts'
import { realPath } from './paths.ts'
import type { WatchedPaths } from './watched-paths.ts'
import { memberFolders } from './workspace-members.ts'

/** A package that may have jobs. */
export interface Candidate extends Installed {
  /** As whoever declares it calls it; undefined: as its package.json says. */
  name: string | undefined
}

export interface CandidateOptions {
  root: string
  paths: readonly string[]
  allow: readonly string[]
}

export interface Candidates {
  /** Each folder once; of two of the same name the first counts. */
  all: Candidate[]
  problems: RegistryProblem[]
}

/**
 * The packages whose jobs count: the workspace's own, those that it declares, those at `paths`, its members, those that
 * they declare, and of the packages that all these bring with them the ones that `allow` names. Reads the package.json of
 * none but the workspace and its members, unless `allow` asks for more.
 */
export async function candidatesOf({ root, paths, allow }: CandidateOptions, watched: WatchedPaths): Promise<Candidates> {
  const problems: RegistryProblem[] = []
  const modules = new NodeModules(watched)
  const found = new Map<string, Candidate>()
  const add = (name: string | undefined, installed: Installed | undefined): void => {
    if (installed !== undefined && !found.has(installed.folder)) found.set(installed.folder, { name, folder: installed.folder, settled: installed.settled })
  }
  const manifestIn = (folder: string): Manifest | undefined => {
    watched.add(manifestPath(folder))
    return attempt(folder, () => readManifest(folder))
  }
  const attempt = <T>(about: string, read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      problems.push(problemOf(error, about))
      return undefined
    }
  }

  const own = manifestIn(root)
  if (own !== undefined) add(undefined, { folder: root, settled: false })
  const declare = (from: string, manifest: Manifest): void => {
    for (const name of declaredNames(manifest)) add(name, modules.find(name, from))
  }
  declare(root, own ?? {})
  for (const folder of atPaths(paths, root, watched, problems)) add(undefined, { folder, settled: false })
  const folders = await memberFolders(root, own ?? {}, watched).catch((error: unknown) => {
    problems.push(problemOf(error, root))
    return []
  })
  const members = folders.flatMap((folder) => {
    const manifest = manifestIn(folder)
    return manifest === undefined ? [] : [{ folder, manifest }]
  })
  for (const { folder } of members) add(undefined, { folder: realPath(folder) ?? folder, settled: false })
  for (const { folder, manifest } of members) declare(folder, manifest)
  if (allow.length > 0) for (const [name, one] of broughtBy([...found.values()], allow, modules, watched)) add(name, one)
  if (own !== undefined && hasNoFolders(root) && declaredNames(own).length > 0) problems.push(noFolders(root))
  return { all: [...found.values()], problems }
}

function atPaths(paths: readonly string[], root: string, watched: WatchedPaths, problems: RegistryProblem[]): string[] {
  return paths.flatMap((path) => {
    const wild = /[*?{]/.test(path)
    const folders = wild ? foldersOf([path], root, watched) : [resolve(root, path)]
    return folders.flatMap((folder) => {
      const file = manifestPath(folder)
      watched.add(file)
      if (existsSync(file)) return [realPath(folder) ?? folder]
      if (!wild) {
        const fix = 'mend `jobs.paths` of the configuration: a folder with a package.json, relative to the workspace.'
        problems.push({ code: 'REGISTRY_PATH_MISSING', package: path, file, message: `There is no package at \`${path}\`: ${file} does not exist.`, fix })
      }
      return []
    })
  })
}

/** What the packages bring with them, at any depth, as far as `allow` names it. */
function broughtBy(packages: readonly Candidate[], allow: readonly string[], modules: NodeModules, watched: WatchedPaths): [string, Installed][] {
  const isAllowed = nameMatcher(allow)
  const found: [string, Installed][] = []
  const seen = new Set(packages.map(({ folder }) => folder))
  // The loop goes on over what it adds.
  const queue: Installed[] = [...packages]
  for (const { folder, settled } of queue) {
    if (!settled) watched.add(manifestPath(folder))
    for (const name of broughtNames(manifestOrNone(folder))) {
      const installed = modules.find(name, folder)
      if (installed === undefined || seen.has(installed.folder)) continue
      seen.add(installed.folder)
      queue.push(installed)
      if (isAllowed(name)) found.push([name, installed])
    }
  }
  return found
}

/** A package.json that cannot be read is reported where its jobs are read. */
function manifestOrNone(folder: string): Manifest {
  try {
    return readManifest(folder) ?? {}
  } catch {
    return {}
  }
}

function hasNoFolders(root: string): boolean {
  return !existsSync(join(root, 'node_modules')) && ['.pnp.cjs', '.pnp.js'].some((name) => existsSync(join(root, name)))
}

function noFolders(root: string): RegistryProblem {
  return {
    code: 'REGISTRY_LAYOUT_UNSUPPORTED',
    package: root,
    file: join(root, '.pnp.cjs'),
    message: 'The packages are installed by Plug and Play, without folders: their jobs are not found.',
    fix: 'set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`.',
  }
}

export function problemOf(error: unknown, about: string): RegistryProblem {
  if (!(error instanceof RegistryError)) throw error
  const { code, message, fix } = error
  return { code, package: about, file: manifestPath(about), message, ...(fix === undefined ? {} : { fix }) }
}
