import { isAbsolute, join, relative, sep } from 'node:path'
import { realPath } from './discover.ts'
import { RegistryError } from './errors.ts'
import type { JobEntry, JobLocation, JobPackage, JobRegistry } from './job-registry.ts'
import { nearestNames } from './nearest-names.ts'

/**
 * The package of this name, or the only one of this short name. Throws RegistryError REGISTRY_PACKAGE_UNKNOWN with the
 * nearest names, REGISTRY_PACKAGE_AMBIGUOUS with all.
 */
export function getPackage({ packages }: JobRegistry, name: string): JobPackage {
  const exact = packages.find((one) => one.name === name)
  if (exact !== undefined) return exact
  const [found, ...others] = packages.filter(({ shortName }) => shortName === name)
  if (found === undefined) throw unknownPackage(name, packages)
  if (others.length === 0) return found
  const names = [found, ...others].map((one) => one.name)
  throw new RegistryError('REGISTRY_PACKAGE_AMBIGUOUS', `${names.length} packages are called ${name}: ${names.join(', ')}.`, {
    fix: `write the name in full: ${names.join(' or ')}.`,
    details: { package: name, candidates: names },
  })
}

/**
 * Where the job of this name is. Throws RegistryError as `getPackage` does, REGISTRY_JOB_UNKNOWN with the nearest names,
 * REGISTRY_MODULE_MISSING, REGISTRY_MODULE_OUTSIDE.
 */
export function getJob(registry: JobRegistry, packageName: string, jobName: string): JobLocation {
  const found = getPackage(registry, packageName)
  const entry = found.jobs.find(({ name }) => name === jobName)
  if (entry === undefined) throw unknownJob(found, jobName)
  return locate(found, entry)
}

function locate({ name, version, dir }: JobPackage, entry: JobEntry): JobLocation {
  const { name: job, module, ...rest } = entry
  const path = join(dir, module)
  const file = realPath(path)
  const details = { package: name, job, module }
  if (file === undefined) {
    throw new RegistryError('REGISTRY_MODULE_MISSING', `The module of ${name}/${job} does not exist: ${path}.`, {
      fix: 'build the package, or mend `lorc.jobs` in its package.json.',
      details,
    })
  }
  const way = relative(dir, file)
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw new RegistryError('REGISTRY_MODULE_OUTSIDE', `The module of ${name}/${job}, ${module}, leads out of the package, to ${file}.`, {
      fix: 'let `lorc.jobs` name a file that lies in the package.',
      details,
    })
  }
  return { package: name, version, dir, job, file, ...rest }
}

function unknownPackage(name: string, packages: readonly JobPackage[]): RegistryError {
  const near = nearestNames(name, packages.flatMap((one) => [one.name, one.shortName]))
  return new RegistryError('REGISTRY_PACKAGE_UNKNOWN', `Unknown package: ${name}`, {
    fix:
      near.length > 0
        ? `did you mean ${near.map((one) => `\`${one}\``).join(' or ')}?`
        : '`lorc jobs list` lists the packages with jobs; install the package and name it in the dependencies of the workspace.',
    details: { package: name, candidates: near },
  })
}

function unknownJob({ name, jobs }: JobPackage, job: string): RegistryError {
  const names = jobs.map((one) => one.name)
  const near = nearestNames(job, names)
  return new RegistryError('REGISTRY_JOB_UNKNOWN', `Unknown job: ${name}/${job}`, {
    fix: near.length > 0 ? `did you mean ${near.map((one) => `\`${one}\``).join(' or ')}?` : `its jobs are ${names.slice(0, 20).join(', ')}.`,
    details: { package: name, job, candidates: near },
  })
}
