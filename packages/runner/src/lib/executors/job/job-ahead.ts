import type { JobSpec } from '@lorc/event-client'
import { AsyncLocalStorage } from 'node:async_hooks'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { RunnerError } from '../../errors.ts'
import type { JobPlace } from '../../job-port.ts'
import { CodeVersions } from '../node/code-versions.ts'
import { loadJob as load } from './job-module.ts'
import { inScope } from '../node/node-output.ts'
import { thrownText } from '../thrown-text.ts'

const versions = new CodeVersions([])
let asked = 0

/**
 * Imports a job's module before it has an attempt, and reads the job. What the module does of itself is known as that of a
 * step: it ends no process, and an error that it leaves to nobody is told on stderr. Throws RunnerError MODULE_BROKEN,
 * EventError JOB_INVALID.
 *
 * `workspace`: its absolute path, in a process that goes on. The module is then imported anew where it has changed since, as for a run.
 */
export async function loadJob(place: Pick<JobPlace, 'file' | 'export' | 'label'>, workspace?: string): Promise<JobSpec> {
  const outside = AsyncLocalStorage.snapshot()
  const write = (chunk: string | Uint8Array): void => void outside(() => process.stderr.write(chunk))
  const fail = (error: unknown): void => write(`lorc: the module of ${place.label} left this error to nobody: ${thrownText(error)}\n`)
  const { promise: stuck, reject } = Promise.withResolvers<never>()
  // Nothing is left that it could wait for: Node would end the process here, with status 13.
  const idle = (): void => reject(new RunnerError('MODULE_BROKEN', `${place.file} cannot be imported: it awaits what never comes.`))
  process.once('beforeExit', idle)
  try {
    const version = workspace === undefined ? { url: pathToFileURL(place.file).href } : await versions.locate(`ahead ${asked++}`, place.file, workspace)
    return await Promise.race([inScope({ write, fail }, () => load({ ...place, version })), stuck])
  } finally {
    process.off('beforeExit', idle)
  }
}
