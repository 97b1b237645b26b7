import type { EventData } from './events.ts'
import type { Scope } from './expressions/scope.ts'
import type { Item } from './item-data.ts'
import type { PlanStep } from './plan.ts'

/** What the parts of a driver do through it. */
export interface DriverPort {
  /** Resolves once the run's first batch is durable. */
  readonly opened: Promise<void>
  /** False also while the run's end is recorded but not yet durable. */
  isGoingOn(): boolean
  /** Journals the event; `at` is Unix milliseconds, by default now. */
  record(event: EventData, at?: number): void
  /** Does what follows from what was journaled, or from what the scheduler was told. */
  pump(): void
  /** Not once the run is over. */
  after(ms: number, act: () => void): void
  scope(step: PlanStep, attempt: number, item?: Item): Scope
  /** Of the step at this index, which is one. */
  itemOf(at: number): Item
}
