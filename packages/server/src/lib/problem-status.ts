const STATUSES: Readonly<Record<string, number>> = {
  REQUEST_TOO_LARGE: 413,
  REQUEST_MEDIA_TYPE: 415,
  REQUEST_ROUTE: 404,
  REQUEST_METHOD: 405,
  RECIPE_UNKNOWN: 404,
  MODULE_UNKNOWN: 422,
  SCENARIO_INVALID: 422,
  SCENARIO_FAILED: 502,
  RUN_UNKNOWN: 404,
  RUN_STEP_ABSENT: 404,
  RUN_WRITE_ABSENT: 404,
  RUN_STEP_UNKNOWN: 422,
  RUN_NO_SOURCE: 422,
  RUN_ENDED: 409,
  RUN_HELD: 409,
  RUN_PAUSED: 409,
  RUN_NOT_PAUSED: 409,
  RUN_FENCED: 409,
  APPROVAL_UNKNOWN: 404,
  APPROVAL_DECIDED: 409,
  APPROVAL_NOT_ALLOWED: 403,
  RUNNER_CLOSED: 503,
  SERVER_STOPPING: 503,
  SERVER_INTERNAL: 500,
  RUN_JOURNAL_BROKEN: 500,
  KEYS_LOCK_INVALID: 500,
}

/** What the request asks for cannot be done as it is given. */
const UNPROCESSABLE = /^(PARAMS_|PLAN_|RECIPE_|STEP_|SECRET_|EXPRESSION_|FILE_|PATH_|MODULE_|EXPORT_|CONTEXT_|REPAIR_)/

/** The HTTP status that goes with an error's code. */
export function statusOf(code: string): number {
  const known = STATUSES[code]
  if (known !== undefined) return known
  if (code.startsWith('REQUEST_')) return 400
  if (code.startsWith('STORE_')) return 503
  return UNPROCESSABLE.test(code) ? 422 : 500
}
