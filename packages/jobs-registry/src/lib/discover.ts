import { realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isRecord, parseDeclaration } from './declaration.ts'
import { RegistryError } from './errors.ts'
import type { JobPackage, JobRegistry, RegistryProblem } from './job-registry.ts'
import { type Manifest, readManifest } from './manifest.ts'

export interface DiscoverOptions {
  /** The workspace: the folder whose package.json declares packages. Absolute. */
  root: string
  /** Folders of further packages, absolute or relative to `root`. */
  paths?: readonly string[]
}

const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/**
 * The jobs of the workspace's own package, of those that it declares and of those at `paths`. Reads package.json files
 * alone: no code of a package runs.
 */
export async function discoverJobs(options: DiscoverOptions): Promise<JobRegistry> {
  const { root, paths = [] } = options
  const found = new Map<string, JobPackage>()
  const problems: RegistryProblem[] = []
  const take = (folder: string, name?: string): Manifest | undefined => {
    try {
      const manifest = readManifest(folder)
      if (manifest !== undefined) collect(folder, manifest, name, found, problems)
      return manifest
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      problems.push({ code: error.code, package: name ?? folder, file: join(folder, 'package.json'), message: error.message })
      return undefined
    }
  }
  const own = take(root)
  for (const name of declaredBy(own ?? {})) {
    const folder = installed(root, name)
    if (folder !== undefined) take(folder, name)
  }
  for (const path of paths) take(resolve(root, path))
  const packages = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { packages, problems }
}

function declaredBy(manifest: Manifest): Set<string> {
  return new Set(DEPENDENCIES.flatMap((field) => (isRecord(manifest[field]) ? Object.keys(manifest[field]) : [])))
}

function installed(root: string, name: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = realPath(join(folder, 'node_modules', name))
    if (found !== undefined) return found
    if (dirname(folder) === folder) return undefined
  }
}

function collect(folder: string, manifest: Manifest, called: string | undefined, found: Map<string, JobPackage>, problems: RegistryProblem[]): void {
  const lorc = manifest['lorc']
  if (!isRecord(lorc) || lorc['jobs'] === undefined) return
  const name = called ?? (typeof manifest['name'] === 'string' ? manifest['name'] : folder)
  const declaration = parseDeclaration(lorc['jobs'])
  const file = join(folder, 'package.json')
  for (const { name: job, message, fix } of declaration.problems) {
    problems.push({ code: 'REGISTRY_DECLARATION_INVALID', package: name, ...(job === undefined ? {} : { job }), file, message: `${name}: ${message}.`, fix })
  }
  if (declaration.jobs.length === 0 || found.has(name)) return
  const version = typeof manifest['version'] === 'string' ? manifest['version'] : '0.0.0'
  found.set(name, { name, shortName: name.replace(/^@[^/]*\//, ''), version, dir: folder, jobs: declaration.jobs })
}

/** Undefined where there is nothing. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}
