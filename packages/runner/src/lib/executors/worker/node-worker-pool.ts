import type { Attempt, AttemptOutcome } from '../../executor.ts'
import type { RunMessage } from './node-protocol.ts'
import { NodeWorker, type WorkerOptions } from './node-worker.ts'

/** Idle workers kept; more are ended when their attempt is over. */
const IDLE_KEPT = 8

/** Worker processes, as many as there are attempts at once; they are used again while they are as good as new. */
export class NodeWorkerPool {
  readonly #options: WorkerOptions
  readonly #all = new Set<NodeWorker>()
  readonly #idle: NodeWorker[] = []

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  /** One whose output is masked on its way to the log has a worker alone, that keeps its secrets to one attempt. */
  async run(attempt: Attempt, message: RunMessage): Promise<AttemptOutcome> {
    const alone = attempt.mask !== undefined
    const worker = (alone ? undefined : this.#take()) ?? this.#spawn(attempt)
    const outcome = await worker.run(attempt, message)
    if (worker.reusable && !alone && this.#idle.length < IDLE_KEPT) this.#idle.push(worker)
    else await worker.close()
    return outcome
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.close()))
  }

  /** The one used last, as its memory is the warmest; not one that died in its sleep. */
  #take(): NodeWorker | undefined {
    let worker = this.#idle.pop()
    while (worker !== undefined && !worker.reusable) worker = this.#idle.pop()
    return worker
  }

  #spawn(attempt: Attempt): NodeWorker {
    const worker = new NodeWorker(this.#options, attempt)
    this.#all.add(worker)
    void worker.gone.then(() => this.#all.delete(worker))
    return worker
  }
}
