/** What a task is asked for besides its size: the same for every contender of a workload. */
export type TaskOptions = Readonly<Record<string, string | number>>

/** One thing that is measured, opened in a process of its own. A task does the workload once. */
export interface Contender {
  version: string
  /** How durable it is, and every setting that is not its default. */
  settings: string
  tasks: Readonly<Record<string, Task>>
  close(): Promise<void>
}

/** All of it is timed, unless it says itself what it came to. */
export type Task = (size: number, options: TaskOptions) => Promise<Measured | void>

/** Milliseconds that only a part of the task took; bytes, or how often, where the workload shows that. */
export interface Measured {
  measured: number
}

export interface OpenOptions {
  /** An empty folder, removed afterwards. */
  scratch: string
  /** As the workload's entry says. */
  variant: string
}

/** What a module under `contenders/` or `peers/` exports as `open`. */
export type OpenContender = (options: OpenOptions) => Promise<Contender>

/** Thrown by `open` when there is nothing to measure here: the reason is shown instead of a number. */
export class NotHere extends Error {
  override name = 'NotHere'
}
