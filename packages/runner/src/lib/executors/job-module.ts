import { EventError, readJob, type JobSpec } from '@lorc/event-client'
import { pathToFileURL } from 'node:url'
import type { JobPlace } from '../job-port.ts'
import { findExport, importModule } from './node-scriptlet.ts'

/** Imports a job's module and reads the job. Throws RunnerError MODULE_BROKEN, EventError JOB_INVALID. */
export async function loadJob({ file, export: name, label }: Pick<JobPlace, 'file' | 'export' | 'label'>): Promise<JobSpec> {
  const module = await importModule(pathToFileURL(file).href)
  const exported = findExport(module, name)
  if (exported !== undefined) return readJob(exported, label)
  throw new EventError('JOB_INVALID', `${label} is no job: ${file} does not export \`${name}\`.`, {
    fix: `It exports ${Object.keys(module).join(', ') || 'nothing'}: mend \`lorc.jobs\` in the package.json of its package.`,
  })
}
