/** What can be wrong with a job, and with how it is called. */
export const JOB_ERRORS = {
  JOB_INVALID: 'What a package exports as a job is none.',
  JOB_PARAMS_INVALID: 'The parameters that a job is given do not fit what it declares.',
  JOB_TIME_INVALID: '`since` or `until` is no time, or they are in the wrong order.',
} as const
