import type { EventData } from '../events.ts'

/** What the parts of a driver do through it. */
export interface DriverPort {
  /** Resolves once the run's first batch is durable. */
  readonly opened: Promise<void>
  /** False also while the run's end is recorded but not yet durable. */
  isGoingOn(): boolean
  /** The run has ended, durably, or this driver has lost it. */
  isOver(): boolean
  /** Journals the event; `at` is Unix milliseconds, by default now. */
  record(event: EventData, at?: number): void
  /** Resolves once all that was recorded so far is durable. */
  recorded(): Promise<void>
  /** Does what follows from what was journaled, or from what the scheduler was told. */
  pump(): void
  /** Not once the run is over. */
  after(ms: number, act: () => void): void
  /** An attempt at the step is under way no more. */
  settled(step: string): void
}
