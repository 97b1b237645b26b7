import type { EventData } from '../events.ts'
import { isPausedWith, type Pause } from '../run-state/inner-runs.ts'

interface Asked {
  by: string
  reason: string
}

/** What drives the run of a step. */
export interface InnerDriver {
  readonly paused: Pause | null
  readonly result: Promise<unknown>
  pause(asked: Asked): void
  unpause(asked: Asked): void
}

/** What drives the runs of a run's steps here: they are paused and unpaused with it. */
export class InnerDrivers {
  readonly #drivers = new Set<InnerDriver>()

  /** From now on it is paused with the outer run, whose pause `paused` is. Returns what its run has to begin with. */
  adopt(inner: InnerDriver, paused: Pause | null): EventData[] {
    this.#drivers.add(inner)
    const forget = (): void => void this.#drivers.delete(inner)
    inner.result.then(forget, forget)
    return paused && !inner.paused ? [{ type: 'run.paused', by: paused.by, reason: paused.reason }] : []
  }

  pause({ by, reason }: Asked): void {
    for (const inner of this.#drivers) inner.pause({ by, reason })
  }

  /** Those that were paused with the outer run, whose pause `paused` was. */
  unpause({ by, reason }: Asked, paused: Pause): void {
    for (const inner of this.#drivers) if (isPausedWith(inner, paused)) inner.unpause({ by, reason })
  }
}
