import { EventError, readJob, type JobSpec } from '@lorc/event-client'
import { fileURLToPath } from 'node:url'
import type { JobPlace } from '../../job-port.ts'
import { findExport, importModule } from '../node/node-scriptlet.ts'
import type { CodeVersion } from '../node/version-imports.ts'

/** Imports a job's module and reads the job. Throws RunnerError MODULE_BROKEN, EventError JOB_INVALID. */
export async function loadJob({ version, export: name, label }: Pick<JobPlace, 'export' | 'label'> & { version: CodeVersion }): Promise<JobSpec> {
  const module = await importModule(version)
  const exported = findExport(module, name)
  if (exported !== undefined) return readJob(exported, label)
  throw new EventError('JOB_INVALID', `${label} is not a job: ${fileURLToPath(version.url)} does not export \`${name}\`.`, {
    fix: `It exports ${Object.keys(module).join(', ') || 'nothing'}: mend \`lorc.jobs\` in the package.json of its package.`,
  })
}
