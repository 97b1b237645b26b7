import type { StepExecutor } from '../executor.ts'
import { runInProcess, type InProcessCode } from './node/node-in-process.ts'
import { NodeModules } from './node/node-modules.ts'
import { failureOf, outcomeOf } from './node/node-outcome.ts'
import { runMessage } from './worker/node-worker-messages.ts'
import { NodeWorkers, type NodeWorkersOptions } from './worker/node-workers.ts'

export interface NodeExecutorOptions extends NodeWorkersOptions {
  /** Absolute folders and package names that modules may come from, besides the workspace. */
  allow?: readonly string[]
}

/**
 * Runs steps of type `node`: in this process, or, when the step has a timeout or asks for it (`requiresProcess`), in a
 * worker process. Synchronous code that runs in this process can be neither timed out nor measured nor isolated.
 */
export function createNodeExecutor(options: NodeExecutorOptions): StepExecutor {
  const modules = new NodeModules(options.allow ?? [])
  const workers = new NodeWorkers(options)
  const code: InProcessCode = {
    known: (attempt) => modules.known(attempt),
    load: (attempt) => modules.load(attempt),
    returned: outcomeOf,
    threw: (error) => ({ status: 'error', error: failureOf(error) }),
  }
  return {
    types: ['node'],
    execute(attempt) {
      const { timeoutMs, requiresProcess } = attempt.step
      if (timeoutMs === undefined && requiresProcess !== true) return runInProcess(code, attempt)
      return workers.run(attempt, modules.locate(attempt).then((code) => runMessage(attempt, code)))
    },
    close: () => workers.close(),
  }
}
