import { execArgv, execPath } from 'node:process'
import { RunnerError } from '../errors.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from '../executor.ts'
import { runInProcess, type InProcessCode } from './node-in-process.ts'
import { NodeModules } from './node-modules.ts'
import { failureOf, outcomeOf, recorded } from './node-outcome.ts'
import type { GroupWatch } from './node-worker-group.ts'
import type { NodeWorkerPool } from './node-worker-pool.ts'

export interface NodeExecutorOptions {
  /** Absolute folders and package names that modules may come from, besides the workspace. */
  allow?: readonly string[]
  /** Ends workers' process groups when this process dies. Default: a worker sees that by itself, unless it is busy. */
  groups?: GroupWatch
  /** As `processStartTime` gives it. */
  startTimeOf(pid: number): string | Promise<string>
  /** The program of worker processes. Default: `node-worker-entry` next to this module. */
  workerEntry?: URL
}

/**
 * Runs steps of type `node`: in this process, or, when the step has a timeout or asks for it (`requiresProcess`), in a
 * worker process. Synchronous code that runs in this process can be neither timed out nor measured nor isolated.
 */
export function createNodeExecutor(options: NodeExecutorOptions): StepExecutor {
  const modules = new NodeModules(options.allow ?? [])
  const code: InProcessCode = {
    known: (attempt) => modules.known(attempt),
    load: (attempt) => modules.load(attempt),
    returned: outcomeOf,
    threw: (error) => ({ status: 'error', error: failureOf(error) }),
  }
  // Loaded when a step first needs it: most runs have no use for processes.
  let pool: Promise<NodeWorkerPool> | undefined
  const openPool = async (): Promise<NodeWorkerPool> => {
    const { NodeWorkerPool } = await import('./processes.ts')
    return new NodeWorkerPool({
      entry: options.workerEntry ?? WORKER_ENTRY,
      execPath,
      execArgv: workerFlags(execArgv),
      groups: options.groups ?? { watch: () => undefined, unwatch: () => undefined },
      startTimeOf: (pid) => options.startTimeOf(pid),
    })
  }
  return {
    types: ['node'],
    execute(attempt) {
      const { timeoutMs, requiresProcess } = attempt.step
      if (timeoutMs === undefined && requiresProcess !== true) return runInProcess(code, attempt)
      return runInWorker(modules, (pool ??= openPool()), attempt)
    },
    close: async () => await (await pool)?.close(),
  }
}

async function runInWorker(
  modules: NodeModules,
  pool: Promise<NodeWorkerPool>,
  attempt: Attempt,
): Promise<AttemptOutcome> {
  try {
    const url = await modules.locate(attempt)
    return await (await pool).run(attempt, url)
  } catch (error) {
    // Not the scriptlet's doing: its errors are outcomes.
    return { status: 'error', error: recorded(RunnerError.from(error, 'STEP_EXECUTOR_CRASHED')) }
  }
}

const FROM_SOURCE = import.meta.url.endsWith('.ts')
const WORKER_ENTRY = new URL(`./node-worker-entry.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url)

/** Packages resolve in a worker as they do here; debuggers and test runners are not inherited. */
function workerFlags(flags: readonly string[]): string[] {
  const conditions = flags.filter((flag) => flag.startsWith('--conditions=') || flag.startsWith('-C='))
  return ['--disable-warning=ExperimentalWarning', ...conditions, ...(FROM_SOURCE ? ['--conditions=@lorc/source'] : [])]
}
