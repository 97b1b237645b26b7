import { join } from 'node:path'
import { RegistryError } from './errors.ts'
import type { JobEntry } from './job-registry.ts'
import { isInside, realPath } from './paths.ts'

/**
 * The module of a job, after symlinks: it lies in the folder of its package. Throws RegistryError REGISTRY_MODULE_MISSING,
 * REGISTRY_MODULE_OUTSIDE.
 */
export function moduleFile(packageName: string, dir: string, { name, module }: Pick<JobEntry, 'name' | 'module'>): string {
  const path = join(dir, module)
  const file = realPath(path)
  const details = { package: packageName, job: name, module }
  if (file === undefined) {
    throw new RegistryError('REGISTRY_MODULE_MISSING', `The module of ${packageName}/${name} does not exist: ${path}.`, {
      fix: 'build the package, or mend `lorc.jobs` in its package.json.',
      details,
    })
  }
  if (isInside(dir, file)) return file
  throw new RegistryError('REGISTRY_MODULE_OUTSIDE', `The module of ${packageName}/${name}, ${module}, leads out of its package, to ${file}.`, {
    fix: 'let `lorc.jobs` name a file that lies in the package itself.',
    details,
  })
}
