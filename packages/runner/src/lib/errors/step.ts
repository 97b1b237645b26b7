/** Problems of one attempt at a step. They are what `retry.on` names. */
export const STEP_ERRORS = {
  STEP_FAILED: 'The scriptlet reported an error or threw.',
  STEP_TIMEOUT: 'The attempt took longer than its timeout and was ended.',
  STEP_CANCELLED: 'The attempt was cancelled.',
  STEP_NO_EXECUTOR: 'No executor runs steps of this type.',
  STEP_OUTPUT_UNKNOWN: 'An output is neither a context key that the step set nor a file inside the workspace.',
  STEP_KEY_MISSING: 'The step completed without a key that `success.ctx_has_keys` asks for.',
  STEP_CONTEXT_REFUSED: 'A value that the step wrote breaks a rule of the context.',
  STEP_CONTEXT_CONFLICT: 'A step that ran at the same time wrote the same key.',
  STEP_EXECUTOR_CRASHED: 'The process that held the attempt ended unexpectedly.',
  STEP_RETURN_INVALID: 'A Node scriptlet returned something other than nothing or an envelope.',
} as const
