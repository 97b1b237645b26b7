/** A stream that the CLI writes text to. */
export interface Output {
  readonly isTTY: boolean
  /** Size of the terminal; 80 x 24 where there is none. */
  readonly columns: number
  readonly rows: number
  /** The reader is gone (EPIPE): whatever is written is dropped. */
  readonly closed: boolean
  /** False: more is buffered than the reader keeps up with; await `drained` before writing more. */
  write(text: string): boolean
  /** Resolves once what was written has been handed over, or the reader is gone. */
  drained(): Promise<void>
}

export type InterruptSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Everything of the process that commands may touch. Tests pass a fake one. */
export interface Io {
  readonly cwd: string
  /** Makes a folder the current one, for the code of steps that runs in this process; `cwd` stays what it was. */
  enter(folder: string): void
  readonly pid: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Output
  readonly stderr: Output
  /** Unix milliseconds. */
  now(): number
  /** Calls `tick` every `ms`, without keeping the process alive; returns how to stop it. */
  every(ms: number, tick: () => void): () => void
  /** Calls `handler` for each interrupt, which then no longer ends the process by itself; returns how to stop it. */
  onInterrupt(handler: (signal: InterruptSignal) => void): () => void
  /** Calls `handler` when the process ends, however that comes about (but for SIGKILL); returns how to stop it. */
  onExit(handler: () => void): () => void
  /** Calls `before` when the process is about to be suspended (Ctrl-Z), `after` when it goes on; returns how to stop it. */
  onSuspend(before: () => void, after: () => void): () => void
  /** Hands to `take` what anything but a command writes to stderr; returns how to stop it. */
  divertStderr(take: (text: string) => void): () => void
  /** Ends the process at once, whatever is in flight. */
  exit(code: number): void
}
