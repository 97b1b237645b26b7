import { createHash } from 'node:crypto'
import type { Clock, RunHandle, Runner } from '@lorc/runner'
import { listedRun } from '../answers/listed-run.ts'

/** Milliseconds between two looks, at the least; a look may take this share of the time. */
const LOOK_MS = 1000
const SHARE = 0.1
/** Of the newest runs, and of those that go on. */
const LOOKED_AT = 100
/** What was shown since the last look is remembered up to so many, beyond which something is taken to have changed. */
const MOST_SHOWN = 1000

type RunItem = Awaited<ReturnType<typeof listedRun>>
/** What shows of runs, as JSON, by their ids. */
export type ShownRuns = ReadonlyMap<string, string>

/**
 * Tells when something has become of runs, whichever process did it. However many wait for that, it is looked for once; and
 * where nobody waits, not at all.
 */
export class RunChanges {
  readonly #look: () => Promise<ShownRuns>
  readonly #clock: Clock
  readonly #waiting = new Set<{ seen: string | undefined; resolve: (state: string | undefined) => void }>()
  #callOff: (() => void) | undefined
  #looking = false
  /** What has become of runs that are driven here, and of what was shown. */
  #count = 0
  /** What lists have shown since the last look began, and of which run. */
  #shown = new Map<string, string>()

  /** `look` resolves with what shows of the runs of which something may become, whichever process drives them. */
  constructor(look: () => Promise<ShownRuns>, clock: Clock) {
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

  /** A list shows these: where that is over by the next look, it is told, though all may be as it was at the look before. */
  show(items: readonly RunItem[]): void {
    for (const item of items) {
      if (item.status !== 'running') continue
      if (this.#shown.size >= MOST_SHOWN) {
        this.#shown.clear()
        this.#count++
      }
      this.#shown.set(JSON.stringify(item), item.run_id)
    }
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
    const shown = this.#shown
    this.#shown = new Map()
    const now = await this.#look().catch(() => undefined)
    if (!now || isOver(shown, now)) this.#count++
    const state = now && `${this.#count} ${hashOf(now)}`
    this.#looking = false
    for (const waiting of [...this.#waiting]) if (state !== undefined && waiting.seen !== state) waiting.resolve(state)
    if (this.#waiting.size > 0) this.#lookLater(Math.max(LOOK_MS, (this.#clock.monotonic() - began) / SHARE))
  }
}

/** What lists show of the newest runs and of the newest that go on: what other processes drive, and what waits for people. */
export async function lookAtRuns(runner: Pick<Runner, 'store' | 'view'>, isOurs: (runId: string) => boolean): Promise<ShownRuns> {
  const { store } = runner
  const runs = (await Promise.all([store.list({ limit: LOOKED_AT }), store.list({ status: 'running', limit: LOOKED_AT })])).flat()
  const items = await Promise.all(runs.map((run) => listedRun(runner, run, isOurs(run.runId))))
  return new Map(items.map((item) => [item.run_id, JSON.stringify(item)]))
}

/** Whether a run that was looked at does not show as it did. */
function isOver(shown: ShownRuns, now: ShownRuns): boolean {
  for (const [json, runId] of shown) if (now.has(runId) && now.get(runId) !== json) return true
  return false
}

function hashOf(runs: ShownRuns): string {
  const all = createHash('sha256')
  for (const json of runs.values()) all.update(json)
  return all.digest('hex')
}
