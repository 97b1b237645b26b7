import type { InterruptSignal } from './io.ts'

/** What the exit status of `lorc` means. Documented in docs/cli.md. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** The run failed or was cancelled, or what was asked for could not be done. */
  failed: 1,
  /** Bad usage, configuration or recipe: nothing was run. */
  usage: 2,
} as const

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

/** 128 plus the signal's number, as shells report it: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP. */
export function interruptedExitCode(signal: InterruptSignal): number {
  return 128 + SIGNAL_NUMBERS[signal]
}

/** Codes of what went wrong with the work, or with the machine; every other code is about the input. */
const FAILURES =
  /^(STORE_|EVENTS_(?!OPTION_INVALID$)|SQL_VALUE$|BIGQUERY_|SERVER_(?!(CONFIG|OPEN)$)|(KEYS|AUDIT)_UNAVAILABLE$|STEP_|APPROVAL_(?!UNKNOWN$)|RUNNER_|RUN_(?!(UNKNOWN|OPTION_INVALID|STEP_UNKNOWN|NO_SOURCE)$)|CLI_(INTERNAL|OUTPUT_FAILED|LOG_MISSING|RUN_DIFFERS|CRASH_TEST_FAILED)$)/

/** The exit status for an error with this code. */
export function exitCodeOf(code: string): number {
  return FAILURES.test(code) ? EXIT.failed : EXIT.usage
}
