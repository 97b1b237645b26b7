import type { Clock, Ids } from '../api.ts'
import type { StepExecutor } from '../executor.ts'
import type { GroupSlots } from '../leases/group-slots.ts'
import type { PlanStep } from '../plan.ts'
import type { RunIds } from '../run-state/run-id.ts'
import type { RunStore } from '../store.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** What every run of a runner shares. */
export interface Surroundings {
  readonly store: RunStore
  readonly clock: Clock
  readonly ids: Ids
  readonly runIds: RunIds
  readonly workspace: Workspace
  readonly graceMs: number
  readonly slots: GroupSlots
  readonly executors: ReadonlyMap<string, StepExecutor>
  /** The environment of steps in a run whose secrets have these names. */
  environment(secrets?: readonly string[]): (step: PlanStep) => Readonly<Record<string, string>>
  /** A step is about to run on the runner's own thread or elsewhere: the lease must be kept alive from now on. */
  keepAlive(): void
}
