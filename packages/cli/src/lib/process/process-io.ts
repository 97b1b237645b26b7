import { CliError } from '../errors.ts'
import type { InterruptSignal, Io } from '../io.ts'
import { StandardOutput } from './standard-output.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What is used of the global `process`. */
export type HostProcess = Pick<
  NodeJS.Process,
  'cwd' | 'chdir' | 'pid' | 'env' | 'stdout' | 'stderr' | 'on' | 'off' | 'kill' | 'exit' | 'exitCode'
>

export interface ProcessIoOptions {
  /**
   * Where output of the code that runs now belongs: what anything but a command writes to `process.stdout`, which from now
   * on carries only a command's output, and to `process.stderr`. Undefined: nowhere in particular, and it goes to stderr.
   */
  owner(): ((chunk: string | Uint8Array) => void) | undefined
  /** Throws where somebody calls `process.exit` who may not end the process. */
  mayExit(code: number | string | null | undefined): void
  /** Throws where somebody calls `process.chdir` who may not take the process elsewhere. */
  mayMove(folder: string): void
  /** Stdout cannot be written, for another reason than that its reader is gone. */
  onFailure(error: Error): void
}

/** The real process as commands see it. */
export function processIo(process: HostProcess, { owner, mayExit, mayMove, onFailure }: ProcessIoOptions): Io {
  const exit = process.exit.bind(process)
  process.exit = (code): never => {
    mayExit(code)
    return exit(code)
  }
  const chdir = process.chdir.bind(process)
  process.chdir = (folder) => {
    mayMove(folder)
    chdir(folder)
  }
  let diverted: ((text: string) => void) | undefined
  const stray = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const text = (): string => (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
    const take = owner()
    if (take !== undefined) take(chunk)
    else if (diverted !== undefined) diverted(text())
    else stderr.write(text())
    const callback = typeof encoding === 'function' ? encoding : done
    if (typeof callback === 'function') queueMicrotask(callback as () => void)
    return true
  }
  const begun = currentFolder(process)
  const stdout = new StandardOutput(process, 'stdout', { stray, onFailure })
  const stderr = new StandardOutput(process, 'stderr', { stray, onFailure: () => undefined })
  return {
    get cwd() {
      if (begun === undefined) throw new CliError('CLI_WORKSPACE_MISSING', 'the current folder has been removed.', { fix: 'go to one that is there.' })
      return begun
    },
    enter: chdir,
    pid: process.pid,
    env: process.env,
    stdout,
    stderr,
    now: Date.now,
    every(ms, tick) {
      const timer = setInterval(tick, ms)
      timer.unref()
      return () => clearInterval(timer)
    },
    onInterrupt(handler) {
      const listener = (signal: NodeJS.Signals): void => handler(signal as InterruptSignal)
      for (const signal of SIGNALS) process.on(signal, listener)
      return () => {
        for (const signal of SIGNALS) process.off(signal, listener)
      }
    },
    onExit(handler) {
      process.on('exit', handler)
      return () => process.off('exit', handler)
    },
    onSuspend(before, after) {
      const suspend = (): void => {
        before()
        process.kill(process.pid, 'SIGSTOP')
      }
      process.on('SIGTSTP', suspend)
      process.on('SIGCONT', after)
      return () => {
        process.off('SIGTSTP', suspend)
        process.off('SIGCONT', after)
      }
    },
    divertStderr(take) {
      diverted = take
      return () => {
        if (diverted === take) diverted = undefined
      }
    },
    exit: (code) => void exit(code),
  }
}

/** Undefined: it has been removed. */
function currentFolder(process: HostProcess): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}
