export type * from './lib/job-registry.ts'
export { RegistryError, ERROR_CODES, type ErrorCode } from './lib/errors.ts'
export { discoverJobs, type DiscoverOptions } from './lib/discover.ts'
export { getJob, getPackage } from './lib/get-job.ts'
