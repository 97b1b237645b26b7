import type { Clock } from './api.ts'
import type { Environment } from './secrets/environment.ts'
import type { StepExecutor } from './executor.ts'
import { createNodeExecutor } from './executors/node.ts'
import type { ChildRuns } from './executors/recipe.ts'
import type { JobPort } from './job-port.ts'
import { processStartTime } from './leases/process-start-time.ts'
import type { Workspace } from './workspace/workspace.ts'

export interface LocalOptions {
  workspace: Workspace
  stateDir: string
  env: Environment
  /** Attempts at once: the size of the pools. */
  size: number
  /** Milliseconds between SIGTERM and SIGKILL for what a driver that died left running. */
  graceMs: number
  python?: string
  /** What drives the runs of steps of type `recipe`. */
  children: ChildRuns
  clock: Clock
  /** What steps of type `job` need; without it there are none. */
  jobs?: JobPort
}

/** The built-in executors for `node`, `shell`, `python`, `recipe`, `http` and, with a port for them, `job`, each made when its first step runs. */
export function localExecutors(options: LocalOptions): StepExecutor[] {
  const supervisor = once(async () => {
    const { createSupervisor } = await import('./executors/processes.ts')
    return createSupervisor(options)
  })
  const { jobs } = options
  const workers = {
    groups: {
      watch: (pid: number) => void supervisor().then((s) => s.watch(pid)),
      unwatch: (pid: number) => void supervisor().then((s) => s.unwatch(pid)),
    },
    startTimeOf: (pid: number) => processStartTime(pid) ?? '',
  }
  return [
    lazy(['node'], () => createNodeExecutor({ allow: options.workspace.allow, ...workers })),
    lazy(['shell'], async () => {
      const { createShellExecutor } = await import('./executors/processes.ts')
      return createShellExecutor({ ...options, supervisor: await supervisor() })
    }),
    lazy(['python'], async () => {
      const { createPythonExecutor } = await import('./executors/processes.ts')
      return createPythonExecutor({ ...options, supervisor: await supervisor() })
    }),
    lazy(['recipe'], async () => {
      const { createRecipeExecutor } = await import('./executors/recipe.ts')
      return createRecipeExecutor(options.children)
    }),
    lazy(['http'], async () => {
      const [{ createHttpExecutor }, { evaluateProduct }] = await Promise.all([
        import('./executors/http.ts'),
        import('./executors/step-set.ts'),
      ])
      return createHttpExecutor({ evaluate: (cel, response, attempt, where) => evaluateProduct(cel, { response }, attempt, where) })
    }),
    ...(jobs === undefined
      ? []
      : [
          lazy(['job'], async () => {
            const { createJobExecutor } = await import('./executors/job.ts')
            return createJobExecutor({ port: jobs, clock: options.clock, allow: options.workspace.allow, ...workers })
          }),
        ]),
  ]
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

function lazy(types: readonly string[], load: () => StepExecutor | Promise<StepExecutor>): StepExecutor {
  let ready: StepExecutor | undefined
  const loading = once(async () => (ready = await load()))
  let used = false
  return {
    types,
    execute(attempt) {
      used = true
      return ready ? ready.execute(attempt) : loading().then((executor) => executor.execute(attempt))
    },
    async close() {
      if (used) await (await loading()).close()
    },
  }
}
