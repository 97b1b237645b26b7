/**
 * What starts and ends processes, in one place to load when the first is needed: `node:child_process` and what uses it
 * cost a run that has no use for them too much.
 */
export { NodeWorkerPool } from './worker/node-worker-pool.ts'
export { endProcessGroup, endStrays } from './process-group.ts'
export { createPythonExecutor } from './python.ts'
export { createShellExecutor } from './shell.ts'
export { createSupervisor } from './supervisor.ts'
