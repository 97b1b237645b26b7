import type { ChildProcess } from 'node:child_process'
import { kill } from 'node:process'

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

const POLL_MS = 10

/** A detached child and whatever it started: the process group that it leads. */
export class WorkerGroup {
  readonly pid: number | undefined
  /** Resolves when no process of the group is left. */
  readonly gone: Promise<Exit>
  readonly #watch: GroupWatch
  #killTimer: NodeJS.Timeout | undefined
  #ending = false

  constructor(child: ChildProcess, watch: GroupWatch) {
    this.pid = child.pid
    this.#watch = watch
    if (this.pid !== undefined) watch.watch(this.pid)
    this.gone = new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, error }))
      child.once('close', (code, signal) => this.#whenEmpty(() => resolve({ code, signal })))
    })
  }

  /** SIGTERM now, SIGKILL `graceMs` later to whatever is left; for 0, SIGKILL at once. */
  end(graceMs: number): void {
    this.#ending = true
    clearTimeout(this.#killTimer)
    if (graceMs <= 0) this.#signal('SIGKILL')
    else {
      this.#signal('SIGTERM')
      this.#killTimer = setTimeout(() => this.#signal('SIGKILL'), graceMs)
    }
  }

  /** The leader is gone: what it left behind is ended too. */
  #whenEmpty(done: () => void): void {
    if (!this.#ending) this.end(0)
    if (this.#signal(0)) {
      setTimeout(() => this.#whenEmpty(done), POLL_MS)
      return
    }
    clearTimeout(this.#killTimer)
    if (this.pid !== undefined) this.#watch.unwatch(this.pid)
    done()
  }

  /** Whether the group has a process to be signalled. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    if (this.pid === undefined) return false
    try {
      return kill(-this.pid, signal)
    } catch {
      return false
    }
  }
}
