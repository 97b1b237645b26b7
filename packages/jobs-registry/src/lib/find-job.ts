import { discoverJobs, type DiscoverOptions } from './discover.ts'
import { RegistryError } from './errors.ts'
import { getJob } from './get-job.ts'
import type { JobLocation } from './job-registry.ts'
import { whyUnknown } from './why-unknown.ts'

/**
 * Where the job of this name is, in the workspace that the options name. Before it says no it looks at everything again,
 * whatever was kept. Throws RegistryError as `getJob` does; the `fix` of an unknown package tells why it does not count.
 */
export async function findJob(options: DiscoverOptions, packageName: string, jobName: string): Promise<JobLocation> {
  try {
    return getJob(await discoverJobs(options), packageName, jobName)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
  }
  try {
    return getJob(await discoverJobs({ ...options, fresh: true }), packageName, jobName)
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== 'REGISTRY_PACKAGE_UNKNOWN') throw error
    const { code, message, fix, details } = error
    throw new RegistryError(code, message, { fix: whyUnknown(options, packageName) ?? fix, ...(details === undefined ? {} : { details }) })
  }
}
