import type { Attempt } from '../executor.ts'

/** What a process of an attempt finds in its environment beside what the step is granted: which attempt it is. */
export function attemptEnvironment({ runId, step, number, seed, idempotencyKey, workspace }: Attempt): Record<string, string> {
  return {
    LORC_RUN_ID: runId,
    LORC_STEP: step.name,
    LORC_ATTEMPT: String(number),
    LORC_SEED: String(seed),
    LORC_IDEMPOTENCY_KEY: idempotencyKey,
    LORC_WORKSPACE: workspace,
  }
}
