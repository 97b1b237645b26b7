import { hash } from 'node:crypto'
import type { Clock, RunHandle, Runner } from '@lorc/runner'
import { listedRun } from '../answers/listed-run.ts'

/** Milliseconds between two looks, at the least; a look may take this share of the time. */
const LOOK_MS = 1000
const SHARE = 0.1
/** Of the newest runs, and of those that go on. */
const LOOKED_AT = 100

/**
 * Tells when something has become of runs, whichever process did it. However many wait for that, it is looked for once; and
 * where nobody waits, not at all.
 */
export class RunChanges {
  readonly #look: () => Promise<string>
  readonly #clock: Clock
  readonly #waiting = new Set<{ seen: string | undefined; resolve: (state: string | undefined) => void }>()
  #callOff: (() => void) | undefined
  #looking = false
  /** What has become of runs that are driven here. */
  #count = 0

  /** `look` resolves with what changes when something becomes of a run that may be driven anywhere. */
  constructor(look: () => Promise<string>, clock: Clock) {
    this.#look = look
    this.#clock = clock
  }

  /** Resolves with how it is now once that is not `seen`; with undefined after `signal`. Who has seen nothing is told at once. */
  next(seen: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(undefined)
      const leave = (): void => waiting.resolve(undefined)
      const waiting = {
        seen,
        resolve: (state: string | undefined) => {
          signal.removeEventListener('abort', leave)
          this.#waiting.delete(waiting)
          if (this.#waiting.size === 0) this.#rest()
          resolve(state)
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.add(waiting)
      this.#lookLater(seen === undefined ? 0 : LOOK_MS)
    })
  }

  /** A run is driven here: that it begins and that it ends is told without being looked for, however old it is. */
  follow(handle: Pick<RunHandle, 'result'>): void {
    const count = (): void => {
      this.#count++
    }
    count()
    handle.result.then(count, count)
  }

  #lookLater(ms: number): void {
    if (this.#looking || (this.#callOff && ms > 0)) return
    this.#rest()
    this.#callOff = this.#clock.sleep(ms, () => void this.#lookNow())
  }

  #rest(): void {
    this.#callOff?.()
    this.#callOff = undefined
  }

  async #lookNow(): Promise<void> {
    this.#callOff = undefined
    this.#looking = true
    const began = this.#clock.monotonic()
    // A store that fails: what asks it next is told.
    const seen = await this.#look().catch(() => undefined)
    const state = seen && `${this.#count} ${seen}`
    this.#looking = false
    for (const waiting of [...this.#waiting]) if (state !== undefined && waiting.seen !== state) waiting.resolve(state)
    if (this.#waiting.size > 0) this.#lookLater(Math.max(LOOK_MS, (this.#clock.monotonic() - began) / SHARE))
  }
}

/** What lists show of the newest runs and of the newest that go on, as a hash: what other processes drive, and what waits for people. */
export async function lookAtRuns(runner: Pick<Runner, 'store' | 'view'>, isOurs: (runId: string) => boolean): Promise<string> {
  const { store } = runner
  const runs = (await Promise.all([store.list({ limit: LOOKED_AT }), store.list({ status: 'running', limit: LOOKED_AT })])).flat()
  const items = await Promise.all(runs.map((run) => listedRun(runner, run, isOurs(run.runId))))
  return hash('sha256', JSON.stringify(items))
}
