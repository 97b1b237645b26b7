import type { AttemptOutcome, MeasuredMetrics } from '../../executor.ts'
import { ClosableContext } from '../node/node-context.ts'
import { failureOf, outcomeOf } from '../node/node-outcome.ts'
import type { Reply, Request, RunMessage, WorkerMessage } from './node-protocol.ts'
import { loadScriptlet, type Scriptlet } from '../node/node-scriptlet.ts'
import { ScriptletStep, type StepBacking } from '../node/node-step.ts'
import { RemoteContext, valueOf } from './node-worker-context.ts'
import { untold } from '../thrown-text.ts'

/** What the host of a worker process needs of that process. */
export interface WorkerProcess {
  send(message: WorkerMessage): void
  /** Blocks until the runner replies. */
  ask(request: Request): Reply
  /** Makes the environment, the working directory and the output (fds 1 and 2) those of the attempt. */
  enter(attempt: RunMessage): void
  /** Resolves when what was printed has left the process. */
  printed(): Promise<void>
  /** Appends to the attempt's log. */
  write(text: string): void
  /** A signal that aborts on SIGTERM. From the first call on, SIGTERM alone no longer ends the process. */
  signal(): AbortSignal
  /** Begins to measure; the result tells what was used since. */
  measure(): () => MeasuredMetrics
  /** How many things (timers, sockets, children) could still run code. */
  pending(): number
}

/** Runs attempts inside a worker process, one after the other. */
export class NodeWorkerHost {
  readonly #process: WorkerProcess
  readonly #scriptlets = new Map<string, Scriptlet>()
  #current: { end(outcome: AttemptOutcome): void; isJob: boolean } | undefined
  /** An error that belongs to nobody was seen: whatever comes next would not be in a clean process. */
  #spent = false

  constructor(process: WorkerProcess) {
    this.#process = process
  }

  async run(message: RunMessage): Promise<void> {
    const process = this.#process
    const pendingBefore = process.pending()
    process.enter(message)
    const measured = process.measure()
    const context = new ClosableContext(new RemoteContext((request) => process.ask(request)), (key) =>
      process.write(`lorc: the step had ended when it wrote ${key}; the write is dropped\n`),
    )
    const outcome = await new Promise<AttemptOutcome>((resolve) => {
      this.#current = { end: resolve, isJob: message.job !== undefined }
      this.#call(message, context).then(resolve, (error: unknown) => resolve(this.#failure(error)))
    })
    this.#current = undefined
    context.close()
    const spent = this.#spent || process.pending() > pendingBefore
    const metrics = measured()
    await process.printed()
    process.send({ type: 'done', outcome: { ...outcome, metrics }, spent })
  }

  /** An exception that nobody awaited: it fails the attempt that runs. */
  stray(error: unknown): void {
    this.#spent = true
    this.#current?.end(this.#failure(error))
  }

  async #call(message: RunMessage, context: ClosableContext): Promise<AttemptOutcome> {
    const around = backing(message, this.#process)
    if (message.job) {
      const { runJobInWorker } = await import('./job-in-worker.ts')
      return runJobInWorker(message, message.job, { backing: around, isOver: () => context.closed })
    }
    const scriptlet = await this.#scriptlet(message)
    return outcomeOf(await scriptlet(context, message.params, new ScriptletStep(around)))
  }

  async #scriptlet({ code, export: name }: RunMessage): Promise<Scriptlet> {
    const id = `${code.url}#${name ?? 'default'}`
    const known = this.#scriptlets.get(id)
    if (known !== undefined) return known
    const loaded = await loadScriptlet(code, name)
    this.#scriptlets.set(id, loaded)
    return loaded
  }

  #failure(error: unknown): AttemptOutcome {
    const text = untold(error)
    if (text !== undefined) this.#process.write(`${text}\n`)
    const failure = failureOf(error)
    // What a job throws where it is awaited is told elsewhere.
    if (this.#current?.isJob && failure.code === 'STEP_FAILED') failure.code = 'JOB_FAILED'
    return { status: 'error', error: failure }
  }
}

function backing(message: RunMessage, process: WorkerProcess): StepBacking {
  return {
    ...message.step,
    signal: () => process.signal(),
    artifactsDir: () => valueOf(process.ask({ op: 'artifactsDir' })) as string,
    env: () => message.granted,
    progress: (done, total) => process.send({ type: 'progress', done, total }),
    write: (text) => process.write(text),
  }
}
