import type { DriverPort } from './driver-port.ts'
import { resolveText } from '../expressions/expressions.ts'
import { withOwnVariables } from '../expressions/step-expressions.ts'
import { GroupKeeper, type ConcurrencyGroup, type GroupHooks } from './group-keeper.ts'
import type { GroupSlots } from '../leases/group-slots.ts'
import { toRecorded } from '../attempts/outcome.ts'
import type { PlanStep } from '../plan.ts'
import { itemAt, type RunParts } from './run-parts.ts'
import { scopeOf } from './run-scope.ts'

/** Has the steps of one run start when their concurrency group has a slot for them, and tells the scheduler of it. */
export class GroupWaits implements GroupHooks {
  readonly #run: RunParts
  readonly #driver: DriverPort
  readonly #keeper: GroupKeeper

  constructor(slots: GroupSlots, run: RunParts, driver: DriverPort) {
    this.#run = run
    this.#driver = driver
    this.#keeper = new GroupKeeper(slots, { runId: run.places.runId, epoch: run.journal.epoch }, this)
  }

  /** Asks for a slot of the group for the step at this index, which is `step`, as executors see it, or an item of it. */
  ask(at: number, step: PlanStep, group: ConcurrencyGroup): void {
    const { scheduler } = this.#run
    const name = scheduler.names.nameOf(at)
    const attempt = scheduler.attempts(at) + 1
    const item = scheduler.names.isItem(at) ? itemAt(this.#run, at) : undefined
    try {
      const scope = withOwnVariables(step, scopeOf(this.#run, step, { attempt, item }))
      const resolved = resolveText(group.name, scope, `\`concurrency_group\` of the step \`${name}\``)
      scheduler.apply({ type: 'slot.asked', step: name })
      // A slot counts as long as its run's lease is held: the store has to know the run before it can count one.
      void this.#driver.opened.then(
        () => this.#keeper.ask(name, { ...group, name: resolved }),
        () => {},
      )
    } catch (error) {
      this.#driver.record({ type: 'step.failed', step: name, attempt: attempt - 1, error: toRecorded(error), metrics: null })
    }
  }

  /** Gives back what the step holds; nothing happens when it holds nothing. */
  release(step: string): void {
    this.#keeper.release(step)
  }

  granted(step: string): boolean {
    if (!this.#driver.isGoingOn()) return false
    const { scheduler } = this.#run
    scheduler.apply({ type: 'slot.granted', step })
    this.#driver.pump()
    return scheduler.isRunning(scheduler.names.find(step)!)
  }

  refused(step: string): void {
    if (!this.#driver.isGoingOn()) return
    this.#run.scheduler.apply({ type: 'slot.refused', step })
    this.#driver.pump()
  }

  waiting(step: string, { name, limit }: ConcurrencyGroup, holders: { runId: string; step: string }[]): void {
    if (this.#isHeld(step)) this.#driver.record({ type: 'step.waiting', step, group: name, limit, holders })
  }

  due(step: string): boolean {
    if (!this.#isHeld(step)) return false
    this.#run.scheduler.apply({ type: 'slot.due', step })
    this.#driver.pump()
    return true
  }

  later(ms: number, act: () => void): void {
    this.#driver.after(ms, act)
  }

  #isHeld(step: string): boolean {
    const { scheduler } = this.#run
    return this.#driver.isGoingOn() && scheduler.isHeld(scheduler.names.find(step)!)
  }
}
