/** Problems of a run as a whole. */
export const RUN_ERRORS = {
  WORKSPACE_INVALID: 'The workspace is not an absolute path of a folder.',
  RUNNER_CLOSED: 'The runner was closed while the run was going on; the run can be resumed.',
  RUN_UNKNOWN: 'No run of this id is in the store.',
  RUN_HELD: 'Another process drives this run.',
  RUN_ID_TAKEN: 'A run of this id exists already.',
  RUN_FENCED: 'Another process took this run over; this one may not write to it any more.',
  RUN_TIMEOUT: 'The run took longer than the timeout of its recipe.',
  RUN_CANCELLED: 'The run was cancelled.',
  RUN_STEP_UNKNOWN: 'An option names a step that the plan does not have.',
  RUN_NO_SOURCE: 'There is no earlier run to resume from.',
  RUN_JOURNAL_BROKEN: "The journal's hash chain does not hold.",
  RUN_INTERNAL: 'The runner itself failed; please report it.',
} as const
