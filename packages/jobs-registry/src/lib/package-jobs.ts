import { join } from 'node:path'
import { type Candidate, problemOf } from './candidates.ts'
import { isRecord, parseDeclaration } from './declaration.ts'
import { moduleFile } from './job-module.ts'
import type { JobPackage, JobRegistry, RegistryProblem } from './job-registry.ts'
import { type Manifest, manifestPath, parseManifest, readText } from './manifest.ts'
import { nameMatcher } from './name-pattern.ts'
import type { WatchedPaths } from './watched-paths.ts'

/**
 * Up to so many packages are looked at one by one. Of more, those that only installers change are taken for unchanged
 * while the installer's mark is, and for complete: a look at thousands of files would cost more than all else that a
 * command does.
 */
const WATCHED_ONE_BY_ONE = 256

/** The packages that declare jobs, by name, and what is wrong with the declarations. */
export function readPackages(candidates: readonly Candidate[], deny: readonly string[], watched: WatchedPaths): JobRegistry {
  const isDenied = nameMatcher(deny)
  const found = new Map<string, JobPackage>()
  const problems: RegistryProblem[] = []
  const few = candidates.length <= WATCHED_ONE_BY_ONE
  for (const { name, folder, settled } of candidates) {
    if (name !== undefined && isDenied(name)) continue
    if (few || !settled) watched.add(manifestPath(folder))
    try {
      const manifest = manifestWithJobs(folder)
      const read = manifest === undefined ? undefined : packageOf(manifest, folder, name)
      if (read === undefined || isDenied(read.package.name)) continue
      problems.push(...read.problems, ...(few || !settled ? dropUnreachable(read.package, watched) : []))
      if (read.package.jobs.length === 0) continue
      const first = found.get(read.package.name)
      if (first === undefined) found.set(read.package.name, read.package)
      else problems.push(twice(first, folder))
    } catch (error) {
      const problem = problemOf(error, folder)
      problems.push(name === undefined ? problem : { ...problem, package: name })
    }
  }
  return { packages: [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), problems }
}

/** Most packages have no jobs: their package.json is not parsed, unless it ends too early. */
function manifestWithJobs(folder: string): Manifest | undefined {
  const text = readText(manifestPath(folder))
  if (text === undefined || (!text.includes('"lorc"') && text.trimEnd().endsWith('}'))) return undefined
  const manifest = parseManifest(text, folder)
  const { lorc } = manifest
  return isRecord(lorc) && lorc['jobs'] !== undefined ? manifest : undefined
}

function packageOf(manifest: Manifest, folder: string, called: string | undefined): { package: JobPackage; problems: RegistryProblem[] } {
  const file = manifestPath(folder)
  const name = called ?? manifest['name']
  const version = typeof manifest['version'] === 'string' ? manifest['version'] : '0.0.0'
  if (typeof name !== 'string' || name === '') {
    const problem = { code: 'REGISTRY_MANIFEST_INVALID', package: folder, file, message: `${file} declares jobs, but has no name.`, fix: 'give the package a `name`.' } as const
    return { package: { name: folder, shortName: folder, version, dir: folder, jobs: [] }, problems: [problem] }
  }
  const { jobs, problems } = parseDeclaration((manifest['lorc'] as Record<string, unknown>)['jobs'])
  return {
    package: { name, shortName: name.slice(name.lastIndexOf('/') + 1), version, dir: folder, jobs },
    problems: problems.map(({ name: job, message, fix }) => ({
      code: 'REGISTRY_DECLARATION_INVALID',
      package: name,
      ...(job === undefined ? {} : { job }),
      file,
      message: `${name}: ${message}.`,
      fix,
    })),
  }
}

/** Takes out the jobs whose modules are not there; a build may bring them, so they are watched. */
function dropUnreachable(one: JobPackage, watched: WatchedPaths): RegistryProblem[] {
  const problems: RegistryProblem[] = []
  one.jobs = one.jobs.filter((entry) => {
    try {
      moduleFile(one.name, one.dir, entry)
      return true
    } catch (error) {
      problems.push({ ...problemOf(error, one.dir), package: one.name, job: entry.name })
      watched.add(join(one.dir, entry.module))
      return false
    }
  })
  return problems
}

function twice(first: JobPackage, folder: string): RegistryProblem {
  return {
    code: 'REGISTRY_PACKAGE_TWICE',
    package: first.name,
    file: manifestPath(folder),
    message: `${first.name} is there twice: the jobs in ${first.dir} count, those in ${folder} do not.`,
    fix: 'let the whole workspace use one version of it, or declare the one that counts in the package.json of its root.',
  }
}
