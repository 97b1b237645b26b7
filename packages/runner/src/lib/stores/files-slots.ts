import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { isSameHolder } from '../leases/group-slots.ts'
import type { HeldSlot, Lease, SlotHolder } from '../store.ts'
import { FilesMedium } from './files-medium.ts'
import { numbers } from './files-numbered.ts'

/**
 * Slots of concurrency groups, a folder each. Its file of the highest number lists who holds one; a change is the file
 * of the next number, which only one process can make. Whoever read so long ago that this number was removed since finds
 * a higher one beside what it made, and begins again.
 */
export class FilesSlots {
  readonly #medium: FilesMedium
  readonly #leaseOf: (runId: string) => Lease | undefined

  constructor(dir: string, leaseOf: (runId: string) => Lease | undefined) {
    // No driver survives a power cut, so its slots need not either.
    this.#medium = new FilesMedium(dir, 'process')
    this.#leaseOf = leaseOf
  }

  take(group: string, limit: number, holder: SlotHolder, gone: readonly SlotHolder[]): 'granted' | HeldSlot[] {
    for (;;) {
      const { number, holders } = this.#current(group)
      const rest = holders.filter((slot) => !gone.some((one) => isSameHolder(one, slot)))
      const held = rest.flatMap((slot) => this.#held(slot))
      if (held.some((slot) => isSameHolder(slot, holder))) return 'granted'
      if (held.length >= limit) return held
      const taken = held.map(({ runId, step, epoch }) => ({ runId, step, epoch }))
      if (this.#write(group, number + 1, [...taken, holder])) return 'granted'
    }
  }

  release(group: string, holder: SlotHolder): void {
    for (;;) {
      const { number, holders } = this.#current(group)
      const rest = holders.filter((slot) => !isSameHolder(slot, holder))
      if (rest.length === holders.length || this.#write(group, number + 1, rest)) return
    }
  }

  #held({ runId, step, epoch }: SlotHolder): HeldSlot[] {
    const lease = this.#leaseOf(runId)
    if (lease?.epoch !== epoch || lease.driver === null) return []
    return [{ runId, step, epoch, driver: lease.driver, heartbeat: lease.heartbeat }]
  }

  #current(group: string): { number: number; holders: SlotHolder[] } {
    const folder = this.#folder(group)
    for (;;) {
      const number = numbers(this.#medium, folder).at(-1)
      if (number === undefined) return { number: 0, holders: [] }
      const holders = this.#medium.readJson(join(folder, `${number}.json`)) as SlotHolder[] | undefined
      // Else it was replaced between the two.
      if (holders !== undefined) return { number, holders }
    }
  }

  /** False when somebody else changed the group meanwhile: nothing is changed then. */
  #write(group: string, number: number, holders: readonly SlotHolder[]): boolean {
    const folder = this.#folder(group)
    this.#medium.makeFolder(folder)
    const path = join(folder, `${number}.json`)
    if (!this.#medium.create(path, JSON.stringify(holders))) return false
    const found = numbers(this.#medium, folder)
    if (found.at(-1) !== number) {
      this.#medium.remove(path)
      return false
    }
    for (const past of found) if (past < number) this.#medium.remove(join(folder, `${past}.json`))
    return true
  }

  #folder(group: string): string {
    return this.#medium.path('slots', createHash('sha256').update(group).digest('hex'))
  }
}
