import type { GroupSlots } from './group-slots.ts'
import type { PlanStep } from './plan.ts'
import type { SlotHolder } from './store.ts'

export type ConcurrencyGroup = NonNullable<PlanStep['concurrencyGroup']>

/** What the driver does about a step that asked for a slot. */
export interface GroupHooks {
  /** It may start now. False: it cannot any more, and the slot is given back. */
  granted(step: string): boolean
  /** It waits; `holders` is null where that was said before, or the store did not answer. */
  refused(step: string, group: ConcurrencyGroup, holders: { runId: string; step: string }[] | null): void
}

/** The slots of concurrency groups that the steps of one run hold. */
export class GroupKeeper {
  readonly #slots: GroupSlots
  readonly #run: { runId: string; epoch: number }
  readonly #hooks: GroupHooks
  readonly #held = new Map<string, string>()
  /** Steps of which it was said that they wait. */
  readonly #said = new Set<string>()

  constructor(slots: GroupSlots, run: { runId: string; epoch: number }, hooks: GroupHooks) {
    this.#slots = slots
    this.#run = run
    this.#hooks = hooks
  }

  async ask(step: string, group: ConcurrencyGroup): Promise<void> {
    const holders = await this.#slots.take(group.name, group.limit, this.#holder(step)).catch(() => null)
    if (holders !== 'granted') {
      this.#refuse(step, group, holders)
      return
    }
    this.#held.set(step, group.name)
    this.#said.delete(step)
    if (this.#hooks.granted(step)) return
    this.release(step)
    this.#hooks.refused(step, group, null)
  }

  /** Gives back what a step holds; nothing happens when it holds nothing. */
  release(step: string): void {
    const group = this.#held.get(step)
    if (group === undefined) return
    this.#held.delete(step)
    void this.#slots.release(group, this.#holder(step)).catch(() => {})
  }

  #refuse(step: string, group: ConcurrencyGroup, holders: SlotHolder[] | null): void {
    const news = holders !== null && !this.#said.has(step)
    if (news) this.#said.add(step)
    this.#hooks.refused(step, group, news ? holders.map(({ runId, step: other }) => ({ runId, step: other })) : null)
  }

  #holder(step: string): SlotHolder {
    return { ...this.#run, step }
  }
}
