import type { JobPackage, JobRegistry, RegistryProblem } from '@lorc/jobs-registry'

/** What was found, as `lorc jobs list --json` prints it. */
export function registryJson({ packages, problems }: JobRegistry): object {
  return { packages: packages.map(packageJson), problems: problems.map(problemJson) }
}

function packageJson({ shortName, ...one }: JobPackage): object {
  const { name, ...rest } = one
  return { name, short_name: shortName, ...rest }
}

export function problemJson({ code, package: packageName, job, file, message, fix }: RegistryProblem): object {
  return { code, package: packageName, job: job ?? null, file, message, fix: fix ?? null }
}
