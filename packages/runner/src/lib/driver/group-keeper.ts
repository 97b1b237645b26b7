import type { GroupSlots } from '../leases/group-slots.ts'
import type { PlanStep } from '../plan.ts'

export type ConcurrencyGroup = NonNullable<PlanStep['concurrencyGroup']>

/** What the driver does about steps that asked for a slot. */
export interface GroupHooks {
  /** It may start now. False: it cannot any more, and the slot is given back. */
  granted(step: string): boolean
  /** It waits until it is due. */
  refused(step: string): void
  /** Who holds the slots that it waits for; said once. */
  waiting(step: string, group: ConcurrencyGroup, holders: { runId: string; step: string }[]): void
  /** It may ask again. False: it does not wait any more. */
  due(step: string): boolean
  later(ms: number, act: () => void): void
}

const POLL_MS = 500

interface Queue {
  group: ConcurrencyGroup
  /** In the order in which they asked; the first asks the store, on behalf of all. */
  steps: Set<string>
  polled: boolean
}

/** The slots of concurrency groups that the steps of one run hold and wait for. */
export class GroupKeeper {
  readonly #slots: GroupSlots
  readonly #run: { runId: string; epoch: number }
  readonly #hooks: GroupHooks
  readonly #held = new Map<string, string>()
  readonly #queues = new Map<string, Queue>()
  /** Steps of which it was said that they wait. */
  readonly #said = new Set<string>()

  constructor(slots: GroupSlots, run: { runId: string; epoch: number }, hooks: GroupHooks) {
    this.#slots = slots
    this.#run = run
    this.#hooks = hooks
  }

  async ask(step: string, group: ConcurrencyGroup): Promise<void> {
    const queue = this.#queue(group)
    const [first] = queue.steps
    queue.steps.add(step)
    if (first !== undefined && first !== step) {
      this.#hooks.refused(step)
      return
    }
    // A store that fails is asked again, as one whose slots are taken.
    const holders = await this.#slots.take(group.name, group.limit, { ...this.#run, step }).catch(() => [])
    if (holders !== 'granted') {
      // It may have been taken for gone while it asked.
      queue.steps.add(step)
      this.#hooks.refused(step)
      for (const one of queue.steps) if (holders.length > 0) this.#say(one, group, holders)
      this.#poll(queue)
      return
    }
    queue.steps.delete(step)
    this.#said.delete(step)
    this.#held.set(step, group.name)
    if (!this.#hooks.granted(step)) {
      this.release(step)
      queue.steps.add(step)
      this.#hooks.refused(step)
      this.#poll(queue)
    } else this.#wake(queue)
  }

  /** Gives back what a step holds, for the next that waits; nothing happens when it holds nothing. */
  release(step: string): void {
    const group = this.#held.get(step)
    if (group === undefined) return
    this.#held.delete(step)
    const queue = this.#queues.get(group)
    if (queue) this.#giveBack(step, queue)
  }

  /** Again and again where the store fails: others wait for the slot, and this run may go on for long. */
  #giveBack(step: string, queue: Queue): void {
    const { group, steps } = queue
    const isWaitedFor = steps.size > 0
    this.#slots.release(group.name, { ...this.#run, step }).then(
      () => {
        if (isWaitedFor) this.#wake(queue)
      },
      () =>
        this.#hooks.later(POLL_MS, () => {
          // Who has asked for one again meanwhile keeps it.
          if (this.#held.get(step) !== group.name && !steps.has(step)) this.#giveBack(step, queue)
        }),
    )
  }

  #queue(group: ConcurrencyGroup): Queue {
    let queue = this.#queues.get(group.name)
    if (!queue) this.#queues.set(group.name, (queue = { group, steps: new Set(), polled: false }))
    return queue
  }

  #say(step: string, group: ConcurrencyGroup, holders: readonly { runId: string; step: string }[]): void {
    if (this.#said.has(step)) return
    this.#said.add(step)
    this.#hooks.waiting(step, group, holders.map(({ runId, step: other }) => ({ runId, step: other })))
  }

  /** Lets the first that still waits ask again. */
  #wake(queue: Queue): void {
    for (const step of queue.steps) {
      if (this.#hooks.due(step)) return
      queue.steps.delete(step)
    }
  }

  /** Another run may give a slot back: nobody tells. */
  #poll(queue: Queue): void {
    if (queue.polled) return
    queue.polled = true
    this.#hooks.later(POLL_MS, () => {
      queue.polled = false
      if (queue.steps.size === 0) return
      this.#wake(queue)
      this.#poll(queue)
    })
  }
}
