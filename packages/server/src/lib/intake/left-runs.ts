import type { IntakePorts } from './intake-ports.ts'

/** Milliseconds between two looks at runs that somebody elsewhere seems to drive. */
const LOOK_MS = 5000
/** Milliseconds between two searches for runs that others have taken in since. */
const SEARCH_MS = 60_000
/** Runs that one look is at. */
const LOOKED_AT = 200
const PAGE = 500

interface LeftRunsEvents {
  /** Whether this service has the run in hand. */
  isOurs(runId: string): boolean
  /** Nobody drives it any more. */
  found(runId: string): void
}

/**
 * Runs that services took in and that nobody drives any more. What a process of this machine has left is told at once. One
 * on another machine, in another container, or from before a reboot can be told only by its heartbeat: runs of those are
 * looked at until they have ended, or their driver was silent for the time of its lease.
 */
export class LeftRuns {
  readonly #ports: IntakePorts
  readonly #events: LeftRunsEvents
  /** Driven elsewhere, as far as can be told; the one that was looked at last is the last. */
  readonly #elsewhere = new Set<string>()
  /** Nobody drives them, and they cannot be driven here: a secret is not set, for example. */
  readonly #refused = new Set<string>()
  /** Nobody drives them until somebody has unpaused them. */
  readonly #paused = new Set<string>()
  #nextSearch = 0
  #callOff: (() => void) | undefined
  #open = true

  constructor(ports: IntakePorts, events: LeftRunsEvents) {
    this.#ports = ports
    this.#events = events
  }

  /** Hands over what was left, those that were taken in first first; then goes on looking. Returns how many there were. */
  async search(): Promise<number> {
    const { runner, clock } = this.#ports
    const found: string[] = []
    this.#nextSearch = clock.monotonic() + SEARCH_MS
    try {
      for (let before: string | undefined; this.#open; ) {
        const page = await runner.store.list({ status: 'running', accepted: true, limit: PAGE, ...(before !== undefined && { before }) })
        for (const { runId } of page) if (await this.#isLeft(runId)) found.push(runId)
        before = page.at(-1)?.runId
        if (page.length < PAGE) break
      }
      // Of many runs the search takes a while, in which somebody may have asked to go on with one.
      const left = found.reverse().filter((runId) => !this.#events.isOurs(runId))
      if (this.#open) for (const runId of left) this.#events.found(runId)
      return left.length
    } finally {
      this.#lookLater()
    }
  }

  /** A run that was found cannot be driven here: it is left alone from now on. */
  refuse(runId: string): void {
    this.#refused.add(runId)
  }

  /** A run that was found is paused: it is found again once it is not. */
  pause(runId: string): void {
    this.#paused.add(runId)
  }

  /** Who drove a run has let go of it, here or elsewhere: it is looked at soon. */
  expect(runId: string): void {
    this.#elsewhere.add(runId)
    this.#lookLater()
  }

  close(): void {
    this.#open = false
    this.#callOff?.()
  }

  async #isLeft(runId: string): Promise<boolean> {
    if (this.#refused.has(runId) || this.#events.isOurs(runId)) return false
    const isDriven = await this.#ports.runner.isDriven(runId)
    if (isDriven) this.#elsewhere.add(runId)
    return !isDriven && !(await this.#isPaused(runId))
  }

  async #isPaused(runId: string): Promise<boolean> {
    if (!this.#paused.has(runId)) return false
    // One that cannot be read keeps no other from being found.
    const view = await this.#ports.runner.view(runId).catch(() => undefined)
    return view?.paused !== null || !this.#paused.delete(runId)
  }

  #lookLater(): void {
    this.#callOff?.()
    if (!this.#open) return
    const { clock } = this.#ports
    const untilSearch = Math.max(0, this.#nextSearch - clock.monotonic())
    this.#callOff = clock.sleep(this.#elsewhere.size > 0 ? Math.min(LOOK_MS, untilSearch) : untilSearch, () => void this.#look())
  }

  async #look(): Promise<void> {
    const { clock, log } = this.#ports
    try {
      const isDue = clock.monotonic() >= this.#nextSearch || (await this.#someAreLeft())
      if (!isDue) this.#lookLater()
      const found = isDue ? await this.search() : 0
      if (found > 0) log('info', `${found === 1 ? '1 run' : `${found} runs`} that nobody drove any more will go on`)
    } catch (error) {
      log('error', 'runs that nobody drives cannot be looked for', { error: error instanceof Error ? error.message : String(error) })
      this.#lookLater()
    }
  }

  async #someAreLeft(): Promise<boolean> {
    const { runner } = this.#ports
    for (const runId of [...this.#elsewhere].slice(0, LOOKED_AT)) {
      this.#elsewhere.delete(runId)
      if ((await runner.store.get(runId))?.status !== 'running') continue
      if (!(await runner.isDriven(runId))) return true
      this.#elsewhere.add(runId)
    }
    return false
  }
}
