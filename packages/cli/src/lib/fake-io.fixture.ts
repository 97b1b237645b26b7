import type { InterruptSignal, Io, Output } from './io.ts'

/** A stream that remembers what it got. */
export interface FakeOutput extends Output {
  text: string
  closed: boolean
  isTTY: boolean
  columns: number
  rows: number
}

export interface FakeIo extends Io {
  cwd: string
  env: Record<string, string | undefined>
  readonly stdout: FakeOutput
  readonly stderr: FakeOutput
  /** What the clock says. */
  time: number
  /** Exit codes of `exit`. */
  readonly exits: number[]
  /** The folders that were made the current one. */
  readonly entered: string[]
  /** Calls every ticker once. */
  tick(): void
  interrupt(signal: InterruptSignal): void
  /** What happens at the end of the process, at its suspension and after it. */
  readonly exiting: Set<() => void>
  readonly suspending: Set<readonly [before: () => void, after: () => void]>
  /** Writes to stderr as code does that is not a command. */
  stray(text: string): void
  readonly tickers: Set<() => void>
  readonly listeners: Set<(signal: InterruptSignal) => void>
}

export const PID = 4242

export function fakeIo(options: { cwd?: string; tty?: boolean; env?: Record<string, string> } = {}): FakeIo {
  const tickers = new Set<() => void>()
  const listeners = new Set<(signal: InterruptSignal) => void>()
  const exits: number[] = []
  const exiting = new Set<() => void>()
  const suspending: FakeIo['suspending'] = new Set()
  let diverted: ((text: string) => void) | undefined
  const entered: string[] = []
  const io: FakeIo = {
    cwd: options.cwd ?? '/work',
    enter: (folder) => void entered.push(folder),
    entered,
    pid: PID,
    env: options.env ?? {},
    stdout: fakeOutput(options.tty === true),
    stderr: fakeOutput(options.tty === true),
    time: 1_000_000,
    exits,
    tickers,
    listeners,
    now: () => io.time,
    every(_ms, tick) {
      tickers.add(tick)
      return () => tickers.delete(tick)
    },
    onInterrupt(handler) {
      listeners.add(handler)
      return () => listeners.delete(handler)
    },
    exiting,
    onExit(handler) {
      exiting.add(handler)
      return () => exiting.delete(handler)
    },
    suspending,
    onSuspend(before, after) {
      const both = [before, after] as const
      suspending.add(both)
      return () => suspending.delete(both)
    },
    divertStderr(take) {
      diverted = take
      return () => (diverted = undefined)
    },
    stray(text) {
      if (diverted === undefined) io.stderr.write(text)
      else diverted(text)
    },
    exit: (code) => void exits.push(code),
    tick: () => [...tickers].forEach((tick) => tick()),
    interrupt: (signal) => [...listeners].forEach((listener) => listener(signal)),
  }
  return io
}

export function fakeOutput(isTTY: boolean): FakeOutput {
  const output: FakeOutput = {
    isTTY,
    columns: 80,
    rows: 24,
    closed: false,
    text: '',
    write(text) {
      if (!output.closed) output.text += text
      return true
    },
    drained: () => Promise.resolve(),
  }
  return output
}
