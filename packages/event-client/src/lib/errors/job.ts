/** What can be wrong with a job, and with how it is called. */
export const JOB_ERRORS = {
  JOB_INVALID: 'What a package exports as a job is none.',
  JOB_PARAMS_INVALID: 'The parameters that a job is given do not fit what it declares.',
  JOB_TIME_INVALID: '`since` or `until` is not a time, or they are in the wrong order.',
  JOB_FAILED: 'A job threw an error.',
  JOB_TRANSIENT: 'A job threw a TransientError: what failed may succeed later.',
  JOB_RESULT_INVALID: 'What a job returned is not JSON.',
  JOB_RESULT_TOO_LARGE: 'What a job returned is larger than 16 MiB.',
  JOB_ENDED: 'A job used its events when it had returned, or had been given up.',
} as const
