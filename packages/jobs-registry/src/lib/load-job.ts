import { pathToFileURL } from 'node:url'
import { EventError, type JobSpec, readJob } from '@lorc/event-client'
import { RegistryError } from './errors.ts'
import type { JobLocation } from './job-registry.ts'
import { thrownText } from './thrown-text.ts'

/**
 * Imports the module of a job, here and now, and reads the job. Throws RegistryError REGISTRY_MODULE_FAILED,
 * REGISTRY_EXPORT_MISSING, REGISTRY_EXPORT_NO_JOB.
 */
export async function loadJob({ package: packageName, job, file, export: name }: Pick<JobLocation, 'package' | 'job' | 'file' | 'export'>): Promise<JobSpec> {
  const label = `${packageName}/${job}`
  const details = { package: packageName, job, file, export: name }
  const module = await import(pathToFileURL(file).href).catch((cause: unknown) => {
    const isTyped = (cause as { code?: unknown } | undefined)?.code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING'
    throw new RegistryError('REGISTRY_MODULE_FAILED', `The module of ${label} cannot be loaded: ${thrownText(cause)}`, { cause, details, ...(isTyped && { fix: JAVASCRIPT }) })
  }) as Record<string, unknown>
  const exported = exportOf(module, name)
  if (exported === undefined) {
    const names = Object.keys(module)
    throw new RegistryError('REGISTRY_EXPORT_MISSING', `The module of ${label} exports no \`${name}\`.`, {
      fix: `it exports ${names.length === 0 ? 'nothing' : names.join(', ')}: mend \`lorc.jobs.${job}\` of the package.json.`,
      details,
    })
  }
  try {
    return readJob(exported, label)
  } catch (cause) {
    if (!(cause instanceof EventError)) throw cause
    throw new RegistryError('REGISTRY_EXPORT_NO_JOB', cause.message, { cause, details, fix: cause.fix })
  }
}

/** What to do about TypeScript where it was installed. */
export const JAVASCRIPT = 'Node runs no TypeScript in `node_modules`: build the package (`tsc`), and let `lorc.jobs` name the JavaScript.'

/** The names of a CommonJS module that Node does not see are those of its default export. */
function exportOf(module: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(module, name)) return module[name]
  const table = module['default']
  if ((typeof table !== 'object' && typeof table !== 'function') || table === null) return undefined
  return Object.hasOwn(table, name) ? (table as Record<string, unknown>)[name] : undefined
}
