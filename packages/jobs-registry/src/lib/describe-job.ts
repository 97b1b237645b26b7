import { commentAbove } from './doc-comment.ts'
import type { JobLocation, ParamsSchema } from './job-registry.ts'
import { probeJob, type ProbeOptions } from './probe.ts'
import type { Probed } from './probe-message.ts'

/** All that there is to say of a job. */
export interface JobDescription extends Omit<JobLocation, 'params'> {
  /** What it takes, as JSON Schema of an object; null: nobody can tell. */
  params: ParamsSchema | null
  /** Attempts in all, and milliseconds before the second. */
  retry: Probed['retry']
  timeoutMs?: number
  /** The comment above the job in its module. */
  docs?: string
}

/**
 * Loads the module of a job, in a thread of its own, and tells what the job takes: as its schema says (Standard JSON
 * Schema), else as its declaration does, else as far as the schema's answers show it (zod 3, 4.0, 4.1, valibot). Throws
 * RegistryError REGISTRY_MODULE_FAILED (also for a module that hangs or exits), REGISTRY_EXPORT_MISSING,
 * REGISTRY_EXPORT_NO_JOB.
 */
export async function describeJob(location: JobLocation, options: ProbeOptions = {}): Promise<JobDescription> {
  const { imports: _, params, asked, ...probed } = await probeJob(location, options)
  const docs = commentAbove(location)
  return { ...location, ...probed, params: params ?? location.params ?? asked ?? null, ...(docs === undefined ? {} : { docs }) }
}
