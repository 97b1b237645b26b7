import type { Io } from '../io.ts'
import { type ErrorReport, errorParagraph } from './error-report.ts'
import type { Style } from './style.ts'

export interface ShowErrorOptions {
  io: Io
  style: Style
  debug: boolean
  /** As a JSON line, as `--log-format json` asks. */
  json: boolean
}

/** Writes an error to stderr. */
export function showError(report: ErrorReport, { io, style, debug, json }: ShowErrorOptions): void {
  const columns = io.stderr.isTTY ? io.stderr.columns : Number.POSITIVE_INFINITY
  io.stderr.write(json ? errorJson(report, io.now(), null, debug) : errorParagraph(report, style, columns, debug))
}

/** An error as a line of the JSON log. */
export function errorJson(report: ErrorReport, now: number, runId: string | null, debug: boolean): string {
  const { code, message, fix, problems, stack } = report
  const line = {
    time: new Date(now).toISOString(),
    level: 'error',
    event: 'error',
    run_id: runId,
    code,
    message,
    fix,
    ...(problems.length === 0 ? {} : { errors: problems }),
    ...(debug ? { stack } : {}),
  }
  return `${JSON.stringify(line)}\n`
}
