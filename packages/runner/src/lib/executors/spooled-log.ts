import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { renamed } from './renamed.ts'

const LOOK_MS = 250

/**
 * The log file that a host has open. It is made once, as making it costs more than a short step, and becomes an
 * attempt's log, by name, only when something was written to it: by the host at the end of the attempt, or here while an
 * attempt lasts, so that its log can be followed.
 */
export class SpooledLog {
  readonly spool: string
  #logPath: string | undefined
  #timer: NodeJS.Timeout | undefined

  /** `folder` is made if need be; it lies on the file system of the logs. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.spool = join(folder, `log-${randomUUID()}`)
  }

  /** An attempt lasts: its log is to be there as it goes. */
  follow(logPath: string): void {
    this.#logPath = logPath
    if (!this.#name()) this.#look()
  }

  /** The attempt is over; the host has named its log. */
  rest(): void {
    clearTimeout(this.#timer)
    this.#logPath = undefined
  }

  /** The host is gone, perhaps in the middle of an attempt, whose log this is then. */
  close(logPath: string | undefined): void {
    clearTimeout(this.#timer)
    this.#logPath = logPath
    this.#name()
    rmSync(this.spool, { force: true })
  }

  #look(): void {
    this.#timer = setTimeout(() => {
      if (!this.#name()) this.#look()
    }, LOOK_MS)
    this.#timer.unref()
  }

  #name(): boolean {
    const stats = statSync(this.spool, { throwIfNoEntry: false })
    // Not there: the host is still starting, or is just naming it itself.
    return stats !== undefined && stats.size > 0 && this.#logPath !== undefined && renamed(this.spool, this.#logPath)
  }
}
