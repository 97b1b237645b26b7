/** What can become of a call of a module. Those of the first group are worth another attempt. */
export const MODULE_ERRORS = {
  MODULE_UNREACHABLE: 'A module could not be connected to, or broke its answer off.',
  MODULE_TIMEOUT: 'A module took longer than its `timeout`.',
  MODULE_UNAVAILABLE: 'A module answered with a status of its own failure (5xx), or that it is asked too often (429).',
  MODULE_REFUSED: 'A module answered with a status that is neither a success nor a failure of its own.',
  MODULE_REDIRECTED: 'A module answered with a redirect; none is followed.',
  MODULE_FAILED: 'A module answered that it failed.',
  MODULE_ENVELOPE: 'The answer of a module does not fit the contract of modules.',
  MODULE_TOO_LARGE: 'The answer of a module, or its artifacts together, are larger than the limit.',
  MODULE_ARTIFACT: 'An artifact of a module cannot be taken: its name, its place or its hash is wrong.',
  MODULE_MAPPING: 'The `request` or `response` of a module in the configuration could not be evaluated.',
  MODULE_UNHEALTHY: 'A module did not answer its health check well.',
  MODULE_CIRCUIT_OPEN: 'A module failed several times in a row and is left alone for a while.',
  MODULE_UNKNOWN: 'The configuration has no module of this name.',
  SCENARIO_FAILED: 'The run of a scenario failed; `run_id` names it, and `details` holds what failed and the answer of the module.',
  SCENARIO_INVALID: 'The modules of a scenario are named twice, wait for one that is not there, or wait for each other.',
} as const
