import type { Clock } from '../api.ts'
import { isAtWork, isGone } from './driver-identity.ts'
import type { DriverIdentity, HeldSlot, RunStore, SlotHolder } from '../store.ts'

/** Whether two slots are the same step's, under the same lease. */
export function isSameHolder(a: SlotHolder, b: SlotHolder): boolean {
  return a.runId === b.runId && a.step === b.step && a.epoch === b.epoch
}

/**
 * Takes and releases slots of concurrency groups for the runs of one driver. Slots of drivers that are gone (as for
 * leases: the process is not there any more, or its heartbeat stood still for `leaseMs` while we asked) are freed on
 * the way. A driver that was only stopped for so long, and goes on, may then be one too many.
 */
export class GroupSlots {
  readonly #store: RunStore
  readonly #self: DriverIdentity
  readonly #clock: Clock
  readonly #leaseMs: number
  /** When a driver's heartbeat was first seen where it stands. */
  readonly #seen = new Map<string, { heartbeat: number; at: number }>()

  constructor(store: RunStore, self: DriverIdentity, clock: Clock, leaseMs: number) {
    this.#store = store
    this.#self = self
    this.#clock = clock
    this.#leaseMs = leaseMs
  }

  /** `granted`, or who holds the slots now: ask again later. */
  async take(group: string, limit: number, holder: SlotHolder): Promise<'granted' | SlotHolder[]> {
    const first = await this.#store.takeSlot(group, limit, holder)
    if (first === 'granted') return first
    const gone = first.filter((slot) => this.#isGone(slot))
    const result = gone.length === 0 ? first : await this.#store.takeSlot(group, limit, holder, gone)
    return result === 'granted' ? result : result.map(({ runId, step, epoch }) => ({ runId, step, epoch }))
  }

  release(group: string, holder: SlotHolder): Promise<void> {
    return this.#store.releaseSlot(group, holder)
  }

  #isGone({ driver, heartbeat }: HeldSlot): boolean {
    if (driver.id === this.#self.id) return false
    if (isGone(driver, this.#self)) return true
    // Its heartbeat may not have begun: until then the process itself is the sign of life.
    if (heartbeat === 0 && isAtWork(driver, this.#self)) return false
    const now = this.#clock.monotonic()
    const seen = this.#seen.get(driver.id)
    if (seen?.heartbeat === heartbeat) return now - seen.at >= this.#leaseMs
    this.#seen.set(driver.id, { heartbeat, at: now })
    return false
  }
}
