import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { execPath, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { RunnerError } from '../errors.ts'
import type { SecretMask } from '../secrets/secret-mask.ts'
import { LineSplitter } from './line-splitter.ts'
import { endProcessGroup, endStrays, groupLives, signalGroup } from './process-group.ts'
import { pythonFolder } from './python-folder.ts'
import { writeCommand, type SupervisorCommand, type SupervisorEvent } from './supervisor-protocol.ts'

export interface SupervisorOptions {
  /** PATH and HOME of it are used to find Python. Default: none. */
  env?: Readonly<Record<string, string | undefined>>
  /** The Python interpreter that runs the supervisor. Default: the system's, else `python3`; null: use Node, and measure nothing. */
  python?: string | null
  /** Milliseconds between SIGTERM and SIGKILL when the driver is gone. Default 5000. */
  graceMs?: number
}

export interface SpawnRequest {
  /** The program's absolute path, then its arguments. */
  argv: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  /** Takes standard error, and what of standard output is not an envelope. Made by the first byte. */
  logPath: string
  /** Masks what goes into the log. */
  mask?: SecretMask | undefined
  /** Milliseconds that what the process leaves behind has between SIGTERM and SIGKILL. */
  graceMs: number
  /** Called once, for a process that lasts a moment. `startTime` in clock ticks since boot; null where the supervisor cannot tell. */
  onSpawn?(process: { pid: number; startTime: string | null }): void
}

export interface ProcessExit {
  exitCode: number | null
  /** The number of the signal that ended it. */
  signal: number | null
  cpuUserMs: number | null
  cpuSystemMs: number | null
  /** At least what the supervisor itself takes, as a child begins as a copy of it. */
  peakRssBytes: number | null
  /** The first MiB of standard output. */
  stdout: Buffer
  /** How much there was in all. */
  stdoutBytes: number
  /** Whether standard output is in the log. */
  logged: boolean
}

export interface SupervisedProcess {
  /**
   * Resolves when no process of the group is left. Rejects with RunnerError STEP_SPAWN_FAILED (there was no process),
   * STEP_EXECUTOR_CRASHED (the supervisor died; the group was ended).
   */
  readonly exited: Promise<ProcessExit>
  /** To the whole group. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

/** Spawns processes, each with a process group of its own, that end with this process, however it ends. */
export interface Supervisor {
  spawn(request: SpawnRequest): SupervisedProcess
  /** Ends the group of a process that somebody else started as well. */
  watch(pid: number): void
  unwatch(pid: number): void
  /** Ends every process that is left and the supervisor. A later spawn starts a new one. */
  close(): Promise<void>
}

/** The most of standard output that is kept of a process. */
const STDOUT_CAP = 1024 * 1024
/**
 * The supervisor needs no more than a bare Python, and the first `python3` on PATH is often a script that finds one: that
 * takes longer than many a run. (macOS has a program there that offers to install Python.)
 */
const SYSTEM_PYTHON = platform === 'linux' ? ['/usr/bin/python3'] : []
const SIGNALS = { SIGTERM: 15, SIGKILL: 9 } as const
const FROM_SOURCE = import.meta.url.endsWith('.ts')
const NODE_ENTRY = fileURLToPath(new URL(`./supervisor-entry.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url))

interface Pending {
  request: SpawnRequest
  process: { pid: number; startTime: string | null } | undefined
  resolve(exit: ProcessExit): void
  reject(error: RunnerError): void
}

/** Nothing is started before it is needed. */
export function createSupervisor(options: SupervisorOptions = {}): Supervisor {
  return new SupervisorClient(options)
}

class SupervisorClient implements Supervisor {
  readonly #options: SupervisorOptions
  readonly #pending = new Map<number, Pending>()
  readonly #watched = new Set<number>()
  /** Interpreters to try; where none is left, Node is used. */
  readonly #pythons: string[]
  #child: ChildProcess | undefined
  #ready = false
  #closing = false
  #lastId = 0
  #unsent = ''

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { python } = options
    if (python === undefined) this.#pythons = [...SYSTEM_PYTHON.filter(existsSync), 'python3']
    else this.#pythons = python === null ? [] : [python]
  }

  spawn(request: SpawnRequest): SupervisedProcess {
    const id = ++this.#lastId
    if (hasNul(request)) return { exited: Promise.reject(refusal(request, 'embedded null byte')), kill: () => undefined }
    const exited = new Promise<ProcessExit>((resolve, reject) => {
      this.#pending.set(id, { request, process: undefined, resolve, reject })
    })
    this.#hold()
    this.#sendSpawn(id, request)
    return { exited, kill: (signal) => this.#kill(id, signal) }
  }

  #sendSpawn(id: number, request: SpawnRequest): void {
    if (request.mask) this.#send({ op: 'mask', id, forms: request.mask.forms })
    this.#send(spawnCommand(id, request))
  }

  watch(pid: number): void {
    this.#watched.add(pid)
    this.#send({ op: 'watch', pid })
  }

  unwatch(pid: number): void {
    if (this.#watched.delete(pid) && this.#child) this.#send({ op: 'unwatch', pid })
  }

  async close(): Promise<void> {
    this.#watched.clear()
    const child = this.#child
    if (!child?.stdin) return
    child.ref()
    this.#closing = true
    this.#hold()
    this.#flush()
    child.stdin.end()
    await new Promise((resolve) => child.once('close', resolve))
  }

  #kill(id: number, signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#pending.has(id)) this.#send({ op: 'kill', id, signal: SIGNALS[signal] })
  }

  /** Everything that is said in one turn of the event loop goes out in one write. */
  #send(command: SupervisorCommand): void {
    this.#child ??= this.#start()
    if (this.#unsent === '') queueMicrotask(() => this.#flush())
    this.#unsent += writeCommand(command)
  }

  #flush(): void {
    const text = this.#unsent
    this.#unsent = ''
    if (text !== '') this.#child?.stdin?.write(text)
  }

  #start(): ChildProcess {
    const grace = String(this.#options.graceMs ?? 5000)
    const { PATH, HOME } = this.#options.env ?? {}
    const [python] = this.#pythons
    const [program, args] =
      python !== undefined
        ? [python, ['-I', '-S', '-X', 'utf8', join(pythonFolder(), 'lorc_supervisor.py'), grace]]
        : [execPath, ['--disable-warning=ExperimentalWarning', NODE_ENTRY, grace]]
    const child = spawn(program, args, {
      // A session of its own: Ctrl-C in the terminal is the driver's to act on.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd: '/',
      env: { ...(PATH !== undefined && { PATH }), ...(HOME !== undefined && { HOME }) },
    })
    this.#ready = false
    const lines = new LineSplitter()
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const line of lines.push(text)) this.#on(JSON.parse(line) as SupervisorEvent)
      this.#hold()
    })
    child.stdin.on('error', () => undefined)
    child.on('error', () => undefined)
    child.once('close', () => void this.#lost(child))
    child.unref()
    if (child.stdin instanceof Socket) child.stdin.unref()
    queueMicrotask(() => this.#hold())
    return child
  }

  /** The event loop is kept alive by processes that run, not by a supervisor that waits; and until its pipe is closed at the end. */
  #hold(): void {
    const stdout = this.#child?.stdout
    if (!(stdout instanceof Socket)) return
    if (this.#pending.size > 0 || this.#closing) stdout.ref()
    else stdout.unref()
  }

  #on(event: SupervisorEvent): void {
    if (event.ev === 'ready') {
      this.#ready = true
      return
    }
    const pending = this.#pending.get(event.id)
    if (!pending) return
    if (event.ev === 'spawned') {
      pending.process = { pid: event.pid, startTime: event.start }
      pending.request.onSpawn?.(pending.process)
      return
    }
    this.#pending.delete(event.id)
    if (event.ev === 'exited') pending.resolve(exitOf(event))
    else pending.reject(refusal(pending.request, event.message))
  }

  /** The supervisor is gone: by itself, or because it was closed. */
  async #lost(child: ChildProcess): Promise<void> {
    if (this.#child !== child) return
    this.#child = undefined
    this.#closing = false
    this.#unsent = ''
    if (!this.#ready && this.#pythons.shift() !== undefined) {
      this.#startAgain()
      return
    }
    const lost = [...this.#pending.values()]
    this.#pending.clear()
    for (const pid of this.#watched) this.#send({ op: 'watch', pid })
    for (const pending of lost) {
      await endLost(pending)
      pending.reject(
        new RunnerError('STEP_EXECUTOR_CRASHED', 'The supervisor that held the process ended unexpectedly.', {
          details: pending.process ? { pid: pending.process.pid } : {},
        }),
      )
    }
  }

  /** That was not a usable Python: all that was asked of it is asked of the next program. */
  #startAgain(): void {
    for (const pid of this.#watched) this.#send({ op: 'watch', pid })
    for (const [id, { request }] of this.#pending) this.#sendSpawn(id, request)
  }
}

function spawnCommand(id: number, { argv, env, cwd, logPath, graceMs }: SpawnRequest): SupervisorCommand {
  return { op: 'spawn', id, argv, env, cwd, log: logPath, grace: graceMs, cap: STDOUT_CAP }
}

function hasNul({ argv, env, cwd, logPath }: SpawnRequest): boolean {
  for (const word of argv) if (word.includes('\0')) return true
  for (const name in env) if (env[name]!.includes('\0') || name.includes('\0')) return true
  return cwd.includes('\0') || logPath.includes('\0')
}

function exitOf(event: Extract<SupervisorEvent, { ev: 'exited' }>): ProcessExit {
  return {
    exitCode: event.code,
    signal: event.signal,
    cpuUserMs: event.user,
    cpuSystemMs: event.sys,
    peakRssBytes: event.rss,
    stdout: Buffer.from(event.out, 'base64'),
    stdoutBytes: event.bytes,
    logged: event.logged,
  }
}

function refusal({ argv, cwd }: SpawnRequest, message: string): RunnerError {
  const [program = ''] = argv
  // Node names the program once more.
  const why = message.replace(/^spawn .* (?=E[A-Z]+$)/s, '')
  const tooLong = /\bE2BIG$|^Argument list too long/.test(why)
  const interpreterLacks = /^ENOENT$|^No such file/.test(why) && existsSync(program) && existsSync(cwd)
  const fix = tooLong ? TOO_LONG : interpreterLacks ? NO_INTERPRETER : undefined
  return new RunnerError('STEP_SPAWN_FAILED', `\`${program}\` could not be started: ${why}.`, {
    ...(fix !== undefined && { fix }),
    // What is too long for the system is too long for the journal.
    ...(!tooLong && { details: { argv: [...argv] } }),
  })
}

const NO_INTERPRETER = 'Its first line (`#!`) names an interpreter that is not there; a carriage return at its end is part of the name.'
const TOO_LONG =
  'An argument, a variable of `env` or an item of `for_each` is too long: Linux takes 128 KiB of each. Hand large values on as context keys (`reads`) or files.'

/** A process that was not announced yet may be there all the same. */
async function endLost({ process, request }: Pending): Promise<void> {
  if (process) return endGroup(process, request.graceMs)
  const key = request.env['LORC_IDEMPOTENCY_KEY']
  if (key !== undefined) await endStrays([key], request.graceMs)
}

/** Where start times are unknown there still is little doubt: the process was alive a moment ago. */
async function endGroup({ pid, startTime }: { pid: number; startTime: string | null }, graceMs: number): Promise<void> {
  if (startTime !== null) await endProcessGroup({ pid, startTime }, graceMs)
  else if (groupLives(pid)) signalGroup(pid, 'SIGKILL')
}
