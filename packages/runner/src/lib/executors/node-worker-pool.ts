import type { Attempt, AttemptOutcome } from '../executor.ts'
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

  async run(attempt: Attempt, message: RunMessage): Promise<AttemptOutcome> {
    if (attempt.mask) return this.#runAlone(attempt, message)
    const worker = this.#take() ?? this.#spawn(attempt)
    const outcome = await worker.run(attempt, message)
    if (worker.reusable && this.#idle.length < IDLE_KEPT) this.#idle.push(worker)
    else await worker.close()
    return outcome
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.close()))
  }

  /** In a worker whose output is masked on its way to the log, and that keeps its secrets to one attempt. */
  async #runAlone(attempt: Attempt, message: RunMessage): Promise<AttemptOutcome> {
    const worker = this.#spawn(attempt)
    const outcome = await worker.run(attempt, message)
    await worker.close()
    return outcome
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
