import { isSameHolder } from '../leases/group-slots.ts'
import type { HeldSlot, Lease, SlotHolder } from '../store.ts'

/** Slots of concurrency groups: one counts as long as the lease under which it was taken is held. */
export class MemorySlots {
  readonly #groups = new Map<string, SlotHolder[]>()
  readonly #leaseOf: (runId: string) => Lease | undefined

  constructor(leaseOf: (runId: string) => Lease | undefined) {
    this.#leaseOf = leaseOf
  }

  take(group: string, limit: number, holder: SlotHolder, gone: readonly SlotHolder[]): 'granted' | HeldSlot[] {
    const taken = this.#groups.get(group) ?? []
    const held = taken.filter((slot) => !gone.some((one) => isSameHolder(one, slot))).flatMap((slot) => this.#held(slot))
    const granted = held.length < limit || held.some((slot) => isSameHolder(slot, holder))
    this.#groups.set(group, granted ? [...held.filter((slot) => !isSameHolder(slot, holder)), { ...holder }] : held)
    return granted ? 'granted' : held
  }

  release(group: string, holder: SlotHolder): void {
    const rest = (this.#groups.get(group) ?? []).filter((slot) => !isSameHolder(slot, holder))
    if (rest.length > 0) this.#groups.set(group, rest)
    else this.#groups.delete(group)
  }

  #held({ runId, step, epoch }: SlotHolder): HeldSlot[] {
    const lease = this.#leaseOf(runId)
    if (lease?.epoch !== epoch || lease.driver === null) return []
    return [{ runId, step, epoch, driver: lease.driver, heartbeat: lease.heartbeat }]
  }
}
