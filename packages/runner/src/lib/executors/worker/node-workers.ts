import { execArgv, execPath } from 'node:process'
import { RunnerError } from '../../errors.ts'
import type { Attempt, AttemptOutcome } from '../../executor.ts'
import type { RunMessage } from './node-protocol.ts'
import { recorded } from '../node/node-outcome.ts'
import type { GroupWatch } from './node-worker-group.ts'
import type { NodeWorkerPool } from './node-worker-pool.ts'

export interface NodeWorkersOptions {
  /** Ends workers' process groups when this process dies. Default: a worker sees that by itself, unless it is busy. */
  groups?: GroupWatch
  /** As `processStartTime` gives it. */
  startTimeOf(pid: number): string | Promise<string>
  /** The program of worker processes. Default: `node-worker-entry` next to this module. */
  workerEntry?: URL
}

/** Worker processes for attempts in Node, loaded when an attempt first needs one: most runs have no use for processes. */
export class NodeWorkers {
  readonly #options: NodeWorkersOptions
  #pool: Promise<NodeWorkerPool> | undefined

  constructor(options: NodeWorkersOptions) {
    this.#options = options
  }

  /** `message` tells what to run; where it rejects, nothing is run. Never rejects: what goes wrong is an outcome. */
  async run(attempt: Attempt, message: Promise<RunMessage>): Promise<AttemptOutcome> {
    try {
      this.#pool ??= this.#open()
      const told = await message
      return await (await this.#pool).run(attempt, told)
    } catch (error) {
      // Not the code's doing: its errors are outcomes.
      return { status: 'error', error: recorded(RunnerError.from(error, 'STEP_EXECUTOR_CRASHED')) }
    }
  }

  async close(): Promise<void> {
    await (await this.#pool)?.close()
  }

  async #open(): Promise<NodeWorkerPool> {
    const { NodeWorkerPool } = await import('../processes.ts')
    const { groups = { watch: () => undefined, unwatch: () => undefined }, workerEntry = WORKER_ENTRY } = this.#options
    const startTimeOf = (pid: number): string | Promise<string> => this.#options.startTimeOf(pid)
    return new NodeWorkerPool({ entry: workerEntry, execPath, execArgv: workerFlags(execArgv), groups, startTimeOf })
  }
}

const FROM_SOURCE = import.meta.url.endsWith('.ts')
const WORKER_ENTRY = new URL(`./node-worker-entry.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url)

/** Packages resolve in a worker as they do here; debuggers and test runners are not inherited. */
function workerFlags(flags: readonly string[]): string[] {
  const conditions = flags.filter((flag) => flag.startsWith('--conditions=') || flag.startsWith('-C='))
  return ['--disable-warning=ExperimentalWarning', ...conditions, ...(FROM_SOURCE ? ['--conditions=@lorc/source'] : [])]
}
