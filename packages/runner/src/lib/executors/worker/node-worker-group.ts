import type { ChildProcess } from 'node:child_process'
import { endStrays, groupLives, signalGroup } from '../process-group.ts'

/** What ends process groups that outlive the runner. */
export interface GroupWatch {
  watch(pid: number): void
  unwatch(pid: number): void
}

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  /** Why there never was a process. */
  error?: Error
}

const POLL_MS = 5
const LONGEST_POLL_MS = 100
/**
 * How long a group is waited for that SIGKILL should have ended: one may hang in the kernel. And pipes that are still open:
 * what holds them has left the group and could not be found.
 */
const LAST_MS = 1000

/** A detached child and whatever it started: the process group that it leads. */
export class WorkerGroup {
  readonly pid: number | undefined
  /** The LORC_IDEMPOTENCY_KEY of the attempt that runs: what it started elsewhere (`setsid`) is ended with the group. */
  key: string | undefined
  /** Resolves when no process of the group is left. */
  readonly gone: Promise<Exit>
  readonly #watch: GroupWatch
  #killTimer: NodeJS.Timeout | undefined
  #ending = false
  #graceMs = 0
  /** Milliseconds that are left to a group that was killed. */
  #left = LAST_MS
  #killed = false

  constructor(child: ChildProcess, watch: GroupWatch) {
    this.pid = child.pid
    this.#watch = watch
    if (this.pid !== undefined) watch.watch(this.pid)
    this.gone = new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, error }))
      // What the worker still said is read first.
      const closed = new Promise((read) => void child.once('close', read))
      child.once('exit', (code, signal) => {
        this.#whenEmpty(POLL_MS, () => void this.#cleared(child, closed).then(() => resolve({ code, signal })))
      })
    })
  }

  /** SIGTERM now, SIGKILL `graceMs` later to whatever is left; for 0, SIGKILL at once. */
  end(graceMs: number): void {
    this.#ending = true
    this.#graceMs = graceMs
    clearTimeout(this.#killTimer)
    if (graceMs <= 0) this.#signal('SIGKILL')
    else {
      this.#signal('SIGTERM')
      this.#killTimer = setTimeout(() => this.#signal('SIGKILL'), graceMs)
    }
  }

  /** The leader is gone: what it left behind is ended too. */
  #whenEmpty(pollMs: number, done: () => void): void {
    if (!this.#ending) this.end(0)
    if (this.pid !== undefined && this.#left > 0 && groupLives(this.pid)) {
      if (this.#killed) this.#left -= pollMs
      setTimeout(() => this.#whenEmpty(Math.min(pollMs * 2, LONGEST_POLL_MS), done), pollMs)
      return
    }
    clearTimeout(this.#killTimer)
    if (this.pid !== undefined) this.#watch.unwatch(this.pid)
    done()
  }

  /** Resolves when nothing of the attempt is left either, and all that was said has been read. */
  async #cleared(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
    if (this.key !== undefined) await endStrays([this.key], this.#graceMs)
    let timer: NodeJS.Timeout | undefined
    await Promise.race([closed, new Promise((late) => (timer = setTimeout(late, LAST_MS)))])
    clearTimeout(timer)
    for (const stream of child.stdio) stream?.destroy()
  }

  #signal(signal: NodeJS.Signals): void {
    this.#killed ||= signal === 'SIGKILL'
    if (this.pid !== undefined) signalGroup(this.pid, signal)
  }
}
