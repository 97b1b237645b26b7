import { spawn, type ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { RunnerError } from '../../errors.ts'
import type { Attempt, AttemptOutcome } from '../../executor.ts'
import { processStartTime } from '../../leases/process-start-time.ts'
import { endOnAbort } from '../attempt-end.ts'
import { LineSplitter } from '../line-splitter.ts'
import { AttemptLog } from '../node/node-log.ts'
import { WorkerGroup, type Exit, type GroupWatch } from '../worker/node-worker-group.ts'
import { emptyGroup, endStrays, signalGroup } from '../process-group.ts'
import { pythonFolder, pythonPath } from '../python-folder.ts'
import { crashed } from './python-outcome.ts'
import { newsOf, type PythonMessage, type PythonNeeds, type PythonRequest, type PythonResult, type PythonUsage } from './python-protocol.ts'
import { answerTo } from './python-questions.ts'
import { SpooledLog } from '../spooled-log.ts'

export interface PythonHostOptions {
  python: string
  /** The workspace, then the allowed folders. */
  folders: readonly string[]
  env: Readonly<Record<string, string>>
  groups: GroupWatch
  /** Absolute; takes the file that is the next log. */
  stateDir: string
}

/** How an attempt on a host ended; `usage` is that of its own process, if it had one. */
export type PythonEnd =
  | { kind: 'done'; result: PythonResult; usage: PythonUsage }
  | { kind: 'redirect'; needs: PythonNeeds }
  | { kind: 'lost'; outcome: AttemptOutcome; usage: PythonUsage | null }

interface Running {
  attempt: Attempt
  since: number
  isolated: boolean
  told: Pick<PythonMessage, 'done' | 'redirect'>
  fork: number | undefined
  /** It has run for long enough to matter to a resume. */
  lasts: boolean
  settle(end: PythonEnd): void
}

const STDERR_KEPT = 2000
/** Where a host whose output is masked writes it. */
const LOG_FD = 5
const LASTING_MS = 50

/** A Python process that runs attempts, one at a time. */
export class PythonHost {
  readonly startupKey: string
  readonly gone: Promise<Exit>
  readonly #options: PythonHostOptions
  readonly #child: ChildProcess
  readonly #group: WorkerGroup
  readonly #startTime: string | undefined
  readonly #log: SpooledLog
  readonly #masked: boolean
  #running: Running | undefined
  /** The attempt before. */
  #before: PythonRequest | undefined
  #watch: NodeJS.Timeout | undefined
  #ready = false
  #dead = false
  #stderr = ''

  /** `masked`: the only attempt that it runs; what is printed is masked on its way to the log of that. */
  constructor(options: PythonHostOptions, startupKey: string, masked?: Attempt) {
    this.#options = options
    this.startupKey = startupKey
    this.#log = new SpooledLog(options.stateDir)
    this.#masked = masked !== undefined
    const folder = options.folders[0] ?? '/'
    this.#child = spawn(options.python, [`${pythonFolder()}lorc_host.py`], {
      detached: true,
      cwd: folder,
      env: { ...options.env },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', ...(masked ? ['pipe' as const] : [])],
    })
    this.#group = new WorkerGroup(this.#child, options.groups)
    this.#startTime = this.#child.pid === undefined ? undefined : processStartTime(this.#child.pid)
    this.gone = this.#group.gone
    void this.gone.then((exit) => this.#lost(exit))
    const lines = new LineSplitter()
    this.#pipe(4)?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of lines.push(text)) this.#hear(line)
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT)
    })
    for (const fd of [3, 4, LOG_FD]) this.#pipe(fd)?.on('error', () => undefined)
    if (masked) {
      const log = new AttemptLog(masked)
      this.#pipe(LOG_FD)?.on('data', (chunk: Buffer) => log.write(chunk)).on('close', () => log.end())
    }
    this.#say({ folders: options.folders, library: pythonPath(), spool: this.#log.spool, ...(masked && { log: LOG_FD }) })
    this.#hold(false)
  }

  /** Whether it can take an attempt. */
  get usable(): boolean {
    return !this.#dead && this.#running === undefined
  }

  run(attempt: Attempt, request: PythonRequest): Promise<PythonEnd> {
    // First, so that the host works while what follows is made ready to hear it.
    this.#say(newsOf(request, this.#before))
    this.#before = request
    const { pid } = this.#child
    this.#hold(true)
    this.#group.key = attempt.idempotencyKey
    const ended = new Promise<PythonEnd>((resolve) => {
      const ending = endOnAbort(attempt, (signal) => signalGroup(this.#running?.fork ?? pid ?? 0, signal))
      const settle = (end: PythonEnd): void => {
        ending[Symbol.dispose]()
        if (end.kind !== 'done' || !end.result.left) this.#group.key = undefined
        this.#log.rest()
        this.#running = undefined
        this.#hold(false)
        resolve(end)
      }
      this.#running = { attempt, since: performance.now(), isolated: request.isolated, told: {}, fork: undefined, lasts: false, settle }
    })
    this.#watch ??= this.#watchFor(LASTING_MS)
    return ended
  }

  /** Ends the host and its whole group. Resolves when they are gone. */
  async end(graceMs: number): Promise<void> {
    this.#dead = true
    this.#hold(true)
    this.#group.end(graceMs)
    await this.gone
  }

  /** One timer looks after all the short attempts that come meanwhile: setting one for each would cost as much as a step may. */
  #watchFor(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#watch = undefined
      const running = this.#running
      if (!running || running.lasts) return
      const left = running.since + LASTING_MS - performance.now()
      if (left > 0) this.#watch = this.#watchFor(Math.ceil(left))
      else this.#lasts(running)
    }, ms).unref()
  }

  #lasts(running: Running): void {
    running.lasts = true
    this.#report(running)
    if (!this.#masked) this.#log.follow(running.attempt.logPath)
  }

  /** A short attempt is over before its process could matter to a resume; recording it would cost more than it does. */
  #report({ attempt, isolated, fork }: Running): void {
    const pid = isolated ? fork : this.#child.pid
    const startTime = isolated && fork !== undefined ? processStartTime(fork) : this.#startTime
    if (pid !== undefined && startTime !== undefined) attempt.onSpawn({ pid, startTime })
  }

  #hear(line: string): void {
    let message: PythonMessage
    try {
      message = JSON.parse(line) as PythonMessage
    } catch {
      return // The half line of a fork that was killed.
    }
    if (message.ready) this.#ready = true
    const running = this.#running
    if (!running) return
    const answer = answerTo(message, running.attempt)
    if (answer !== undefined) this.#write(answer)
    else if (message.progress) running.attempt.onProgress(...message.progress)
    else if (message.forked !== undefined) this.#forked(running, message.forked)
    else if (message.exit) void this.#exited(running, message.exit)
    else if (message.done ?? message.redirect) {
      running.told = message
      if (!running.isolated) running.settle(endOf(message))
    }
  }

  /** The supervisor need not be told: it ends the groups of a host's children with the host. */
  #forked(running: Running, pid: number): void {
    running.fork = pid
    if (running.lasts) this.#report(running)
    if (running.attempt.signal.aborted) signalGroup(pid, 'SIGTERM')
  }

  async #exited(running: Running, exit: NonNullable<PythonMessage['exit']>): Promise<void> {
    const { fork, told, attempt } = running
    if (fork !== undefined) await emptyGroup(fork, attempt.graceMs)
    if (attempt.signal.aborted || !told.done || told.done.left) await endStrays([attempt.idempotencyKey], attempt.graceMs)
    if (told.done ?? told.redirect) running.settle(endOf(told, exit.usage))
    else running.settle({ kind: 'lost', outcome: crashed(exit.code, exit.signal), usage: exit.usage })
  }

  #lost({ code, signal, error }: Exit): void {
    this.#dead = true
    clearTimeout(this.#watch)
    const running = this.#running
    this.#log.close(running?.attempt.logPath)
    if (running?.fork !== undefined) signalGroup(running.fork, 'SIGKILL')
    running?.settle({ kind: 'lost', usage: null, outcome: this.#ready ? crashed(code, signal) : this.#missing(error) })
  }

  #missing(error: Error | undefined): AttemptOutcome {
    const { python } = this.#options
    const why = error?.message ?? (this.#stderr.trim().split('\n').at(-1) || 'it ended at once')
    const missing = new RunnerError('STEP_PYTHON_MISSING', `Python could not be started as \`${python}\`: ${why}.`, {
      fix: 'Install Python 3.8 or later, make a `.venv` in the workspace, or set `python` in the configuration.',
    })
    return { status: 'error', error: { code: missing.code, message: missing.message, ...(missing.fix && { fix: missing.fix }) } }
  }

  #say(message: object): void {
    this.#write(`${JSON.stringify(message)}\n`)
  }

  #write(text: string): void {
    this.#pipe(3)?.write(text)
  }

  #pipe(fd: number): Socket | undefined {
    const stream = this.#child.stdio[fd]
    return stream instanceof Socket ? stream : undefined
  }

  /** A host that waits does not keep the event loop alive. */
  #hold(busy: boolean): void {
    const { stderr } = this.#child
    for (const held of [this.#child, this.#pipe(3), this.#pipe(4), this.#pipe(LOG_FD), stderr instanceof Socket ? stderr : undefined]) {
      if (held === undefined || (held instanceof Socket && held.destroyed)) continue
      if (busy) held.ref()
      else held.unref()
    }
  }
}

function endOf({ done, redirect }: Pick<PythonMessage, 'done' | 'redirect'>, usage?: PythonUsage): PythonEnd {
  if (done) return { kind: 'done', result: done, usage: usage ?? done.usage }
  return { kind: 'redirect', needs: redirect ?? { isolated: false, exclusive: false } }
}
