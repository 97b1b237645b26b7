import { execArgv, getBuiltinModule } from 'node:process'
import { RegistryError } from './errors.ts'
import type { Probed, ProbeAnswer, ProbeOrder } from './probe-message.ts'
import { thrownText } from './thrown-text.ts'

/** How the module of a job is loaded. */
export interface ProbeOptions {
  /** How long the module may take to load, in milliseconds. Default 10,000. */
  limitMs?: number
}

const LIMIT_MS = 10_000
const LARGEST_HEAP_MB = 1024
const FROM_SOURCE = import.meta.url.endsWith('.ts')
const ENTRY = new URL(`./probe-entry.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url)

/**
 * Loads the module of a job in a thread of its own, and asks the job what it is: a module that hangs, exits or fills the
 * memory harms nobody. What it prints is dropped. Throws RegistryError REGISTRY_MODULE_FAILED, REGISTRY_EXPORT_MISSING,
 * REGISTRY_EXPORT_NO_JOB.
 */
export async function probeJob(order: ProbeOrder, { limitMs = LIMIT_MS }: ProbeOptions = {}): Promise<Probed> {
  const { Worker } = getBuiltinModule('node:worker_threads')
  const worker = new Worker(ENTRY, {
    name: 'lorc job',
    workerData: order,
    stdout: true,
    stderr: true,
    execArgv: flags(),
    resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MB },
  })
  worker.stdout.resume()
  worker.stderr.resume()
  const failed = (why: string, fix?: string): RegistryError => {
    const { package: packageName, job, file } = order
    return new RegistryError('REGISTRY_MODULE_FAILED', `The module of ${packageName}/${job} cannot be loaded: ${why}.`, { fix, details: { package: packageName, job, file } })
  }
  const { promise, resolve, reject } = Promise.withResolvers<ProbeAnswer>()
  worker.once('message', resolve)
  worker.once('error', (error) => reject(failed(thrownText(error))))
  worker.once('exit', (code) => reject(failed(`it ended the process that loads it, with exit code ${code}`, EFFECTS)))
  const limit = setTimeout(() => reject(failed(`it did not end within ${limitMs / 1000} s`, EFFECTS)), limitMs)
  try {
    const answer = await promise
    if ('probed' in answer) return answer.probed
    throw new RegistryError(answer.error.code, answer.error.message, { fix: answer.error.fix })
  } finally {
    clearTimeout(limit)
    await worker.terminate()
  }
}

const EFFECTS = 'a module of jobs exports them and does nothing else: move what it does into `run`.'

/** Packages resolve in the thread as they do here. */
function flags(): string[] {
  const conditions = execArgv.filter((flag) => flag.startsWith('--conditions=') || flag.startsWith('-C='))
  return ['--disable-warning=ExperimentalWarning', ...conditions, ...(FROM_SOURCE ? ['--conditions=@lorc/source'] : [])]
}
