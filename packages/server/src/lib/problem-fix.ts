/** What to do about refusals that the runner words for its command line, as requests; each gets the path of the run. */
const FIXES: Readonly<Record<string, (run: string) => string>> = {
  RUN_UNKNOWN: () => 'See the runs that there are: `GET /runs`.',
  RUN_ENDED: (run) => `Go on with one that did not complete: \`POST ${run}/resume\`; run the same again: \`POST ${run}/rerun\`.`,
  RUN_HELD: (run) => `Wait for it, or ask it to stop: \`POST ${run}/cancel\`.`,
  RUN_PAUSED: (run) => `Let it go on: \`POST ${run}/unpause\`.`,
  RUN_NOT_PAUSED: (run) => `See how it stands: \`GET ${run}\`.`,
  APPROVAL_UNKNOWN: (run) => `See what waits: \`waiting_for\` of \`GET ${run}\`.`,
}

/** The advice that goes with an error's code over HTTP, where it is another than in a program; else `fix` as it is. */
export function fixOf(code: string, fix: string | undefined, runId: unknown): string | undefined {
  const run = `/runs/${typeof runId === 'string' ? encodeURIComponent(runId) : '{run_id}'}`
  return (Object.hasOwn(FIXES, code) ? FIXES[code]?.(run) : undefined) ?? fix
}

/** How a request gives a parameter that it lacks. */
export function fixOfMissing(name: string): string {
  return `Give it: \`{"params": {${JSON.stringify(name)}: ...}}\`.`
}
