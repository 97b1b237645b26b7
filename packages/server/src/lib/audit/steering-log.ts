import type { JsonObject, Plan, Runner, RunView } from '@lorc/runner'
import { askingSteps } from '../answers/asking-steps.ts'
import type { AuditLog } from './audit-log.ts'

/** What an operator asks of a run. */
export interface SteeringRequest {
  readonly action: 'run.cancel' | 'run.pause' | 'run.unpause' | 'run.approve' | 'run.resume' | 'run.rerun'
  readonly runId: string
  readonly by: string
  readonly reason: string
  /** What else there is to it, e.g. the step that is decided on. */
  readonly asked?: JsonObject
}

export interface SteeringLogPorts {
  readonly audit: AuditLog
  readonly runner: Pick<Runner, 'view'>
  readonly via: 'http' | 'cli'
  /** Masks the secrets that a plan names: `maskSecrets` of the runner, with its environment. */
  readonly masked: <T extends JsonObject>(plan: Plan, value: T) => T
}

/** What operators ask of runs, whichever way they ask, in the audit log. */
export class SteeringLog {
  readonly #ports: SteeringLogPorts

  constructor(ports: SteeringLogPorts) {
    this.#ports = ports
  }

  /**
   * Does it on record: who asks, why, and how the run was before; then how it is, with what `tell` says came of it. Throws
   * RUN_UNKNOWN and AUDIT_UNAVAILABLE before anything was done, and whatever `work` does.
   */
  async record<T>({ action, runId, by, reason, asked }: SteeringRequest, work: () => Promise<T>, tell: (result: T) => JsonObject): Promise<T> {
    const { audit, runner, via, masked } = this.#ports
    const before = await runner.view(runId)
    const said = masked(before.plan, { who: by, why: reason, state: asked ? { asked } : {} })
    return audit.act({ who: said.who, via, action, target: runId, why: said.why, before: { ...stateOf(before), ...said.state } }, async () => {
      const result = await work()
      return { result, after: { ...tell(result), ...stateOf(await runner.view(runId)) } }
    })
  }
}

/** What of a run an operator can change, as it is at this moment: what its driver was asked for may come later. */
function stateOf({ status, endedAt, paused, steps }: RunView): JsonObject {
  return {
    status,
    ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
    paused: paused !== null,
    waiting_for: askingSteps(steps).map(({ name }) => name),
  }
}
