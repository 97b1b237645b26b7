import { RegistryError } from './errors.ts'
import { moduleFile } from './job-module.ts'
import type { JobLocation, JobPackage, JobRegistry } from './job-registry.ts'
import { nearestNames } from './nearest-names.ts'

/**
 * The package of this name, or the only one of this short name. Throws RegistryError REGISTRY_PACKAGE_UNKNOWN with the
 * nearest names, REGISTRY_PACKAGE_AMBIGUOUS with all, or what is wrong with the package.
 */
export function getPackage(registry: JobRegistry, name: string): JobPackage {
  return packageFor(registry, name, undefined)
}

/** `jobName`: what is wrong with that one is told first. */
function packageFor({ packages, problems }: JobRegistry, name: string, jobName: string | undefined): JobPackage {
  const exact = packages.find((one) => one.name === name)
  if (exact !== undefined) return exact
  const [found, ...others] = packages.filter(({ shortName }) => shortName === name)
  if (found === undefined) {
    const own = problems.filter((one) => one.package === name || one.package.endsWith(`/${name}`))
    throwProblem(own.find(({ job }) => job !== undefined && job === jobName) ?? own[0])
    throw unknownPackage(name, packages)
  }
  if (others.length === 0) return found
  const names = [found, ...others].map((one) => one.name)
  throw new RegistryError('REGISTRY_PACKAGE_AMBIGUOUS', `${names.length} packages are called ${name}: ${names.join(', ')}.`, {
    fix: `write the name in full: ${names.join(' or ')}.`,
    details: { package: name, candidates: names },
  })
}

/**
 * Where the job of this name is. Throws RegistryError as `getPackage` does, REGISTRY_JOB_UNKNOWN with the nearest names,
 * REGISTRY_MODULE_MISSING, REGISTRY_MODULE_OUTSIDE, or what is wrong with the declaration of the job.
 */
export function getJob(registry: JobRegistry, packageName: string, jobName: string): JobLocation {
  const found = packageFor(registry, packageName, jobName)
  const { name, version, dir, jobs } = found
  const entry = jobs.find((one) => one.name === jobName)
  if (entry === undefined) {
    throwProblem(registry.problems.find((one) => one.package === name && one.job === jobName))
    throw unknownJob(found, jobName)
  }
  const { name: job, module: _, ...declared } = entry
  return { package: name, version, dir, job, file: moduleFile(name, dir, entry), ...declared }
}

function throwProblem(problem: JobRegistry['problems'][number] | undefined): void {
  if (problem === undefined) return
  const { code, message, fix, file } = problem
  throw new RegistryError(code, message, { fix, details: { file } })
}

function unknownPackage(name: string, packages: readonly JobPackage[]): RegistryError {
  const near = nearestNames(name, packages.map((one) => (name.startsWith('@') ? one.name : one.shortName)))
  return new RegistryError('REGISTRY_PACKAGE_UNKNOWN', `Unknown package: ${name}`, {
    fix: didYouMean(near) ?? 'install the package and name it in the dependencies of the workspace; `lorc jobs list` lists the packages with jobs.',
    details: { package: name, candidates: near },
  })
}

const MOST_LISTED = 20

function unknownJob({ name, jobs }: JobPackage, job: string): RegistryError {
  const names = jobs.map((one) => one.name)
  const near = nearestNames(job, names)
  return new RegistryError('REGISTRY_JOB_UNKNOWN', `Unknown job: ${name}/${job}`, {
    fix: didYouMean(near) ?? `its jobs are ${names.slice(0, MOST_LISTED).join(', ')}${names.length > MOST_LISTED ? ', …' : ''}.`,
    details: { package: name, job, candidates: near },
  })
}

function didYouMean(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `did you mean ${names.map((name) => `\`${name}\``).join(' or ')}?`
}
