import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { RunnerError } from '../../errors.ts'
import type { Attempt, AttemptOutcome } from '../../executor.ts'
import { AttemptLog } from '../node/node-log.ts'
import { recorded } from '../node/node-outcome.ts'
import { CONTROL_FD, frame, REQUEST_FD, unframe, type Request, type RunMessage, type WorkerMessage } from './node-protocol.ts'
import { WorkerGroup, type Exit, type GroupWatch } from './node-worker-group.ts'
import { replyTo } from './node-worker-messages.ts'

export interface WorkerOptions {
  /** The worker's program. */
  entry: URL
  execPath: string
  execArgv: readonly string[]
  groups: GroupWatch
  /** As `processStartTime` gives it. */
  startTimeOf(pid: number): string | Promise<string>
}

interface Current {
  attempt: Attempt
  settle(outcome: AttemptOutcome): void
}

/**
 * A worker process seen from the runner; it runs one attempt at a time. It is `reusable` as long as its attempts leave
 * it as they found it; one that was told to end, or left something behind, is gone before its attempt settles.
 */
export class NodeWorker {
  /** Resolves when the process and its group are gone. */
  readonly gone: Promise<void>
  readonly #options: WorkerOptions
  readonly #child: ChildProcess
  readonly #group: WorkerGroup
  readonly #control: Socket
  readonly #requests: Socket
  #current: Current | undefined
  #done: AttemptOutcome | undefined
  #reusable = true

  /** Spawns. What the start itself prints goes to `first`'s log. Throws what spawn() throws. */
  constructor(options: WorkerOptions, first: Attempt) {
    this.#options = options
    const log = first.mask ? 'pipe' : openSync(first.logPath, 'a')
    this.#child = spawn(options.execPath, [...options.execArgv, fileURLToPath(options.entry)], {
      cwd: first.workspace,
      env: first.env,
      detached: true,
      stdio: ['ignore', log, log, 'pipe', 'pipe'],
    })
    if (log !== 'pipe') closeSync(log)
    for (const output of [this.#child.stdout, this.#child.stderr]) if (output) keepOutput(output, first)
    this.#group = new WorkerGroup(this.#child, options.groups)
    this.gone = this.#group.gone.then((exit) => this.#left(exit))
    this.#control = this.#child.stdio[CONTROL_FD] as Socket
    this.#requests = this.#child.stdio[REQUEST_FD] as Socket
    // A broken pipe shows as the end of the process, which is what is waited for.
    for (const socket of [this.#control, this.#requests]) socket.on('error', () => undefined)
    this.#control.on('data', unframe((message) => this.#receive(message as WorkerMessage)))
    this.#requests.on('data', unframe((message) => this.#answer(message as Request)))
  }

  get reusable(): boolean {
    return this.#reusable
  }

  /** Runs an attempt, of which `message` tells the process. */
  async run(attempt: Attempt, message: RunMessage): Promise<AttemptOutcome> {
    this.#hold(true)
    this.#group.key = attempt.idempotencyKey
    const { pid } = this.#group
    if (pid !== undefined) attempt.onSpawn({ pid, startTime: await this.#options.startTimeOf(pid) })
    const { signal } = attempt
    const end = (): void => this.#end(attempt.graceMs)
    const outcome = await new Promise<AttemptOutcome>((settle) => {
      this.#current = { attempt, settle }
      this.#control.write(frame(message))
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
    })
    signal.removeEventListener('abort', end)
    this.#hold(false)
    return signal.aborted ? { status: 'error', error: recorded(signal.reason as RunnerError) } : outcome
  }

  /** Ends the process: an idle one has nothing to lose. */
  async close(): Promise<void> {
    this.#hold(true)
    this.#end(0)
    await this.gone
  }

  #end(graceMs: number): void {
    this.#reusable = false
    this.#group.end(graceMs)
  }

  /** An idle worker does not keep the runner's process alive. */
  #hold(busy: boolean): void {
    for (const handle of [this.#child, this.#control, this.#requests]) {
      if (busy) handle.ref()
      else handle.unref()
    }
  }

  #receive(message: WorkerMessage): void {
    const current = this.#current
    if (current === undefined) return
    if (message.type === 'progress') return current.attempt.onProgress(message.done, message.total)
    this.#done = message.outcome
    if (current.attempt.signal.aborted) this.#control.end()
    else if (message.spent) this.#end(0)
    else {
      this.#group.key = undefined
      this.#settle(message.outcome)
    }
  }

  #answer(request: Request): void {
    if (this.#current !== undefined) this.#requests.write(frame(replyTo(request, this.#current.attempt)))
  }

  #left(exit: Exit): void {
    this.#reusable = false
    this.#settle(this.#done ?? crashed(exit))
  }

  #settle(outcome: AttemptOutcome): void {
    const current = this.#current
    this.#current = undefined
    this.#done = undefined
    current?.settle(outcome)
  }
}

/** Standard output or error of a worker goes into the log of its one attempt, each masked by itself. */
function keepOutput(output: Readable, attempt: Attempt): void {
  const log = new AttemptLog(attempt)
  output.on('data', (chunk: Buffer) => log.write(chunk)).on('close', () => log.end())
}

function crashed({ code, signal, error }: Exit): AttemptOutcome {
  const how =
    error !== undefined
      ? `could not be started: ${error.message}`
      : signal !== null
        ? `was ended by ${signal}`
        : `exited with code ${code} before the step had ended`
  return {
    status: 'error',
    error: {
      code: 'STEP_EXECUTOR_CRASHED',
      message: `The worker process of the step ${how}.`,
      ...(code !== null && { exitCode: code, fix: 'A step returns or throws; it does not call process.exit().' }),
      details: { exitCode: code, signal },
    },
    metrics: { cpuUserMs: null, cpuSystemMs: null, peakRssBytes: null, exitCode: code },
  }
}
