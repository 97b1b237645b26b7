import { JsonLines } from './json-lines.ts'
import { LiveView } from './live-view.ts'
import { PlainLines } from './plain-lines.ts'
import type { ReporterOptions, RunReporter } from './run-reporter.ts'

/** In the form that `options` ask for: JSON lines, a live view on a terminal, else plain lines. */
export function createReporter(options: ReporterOptions): RunReporter {
  const { io, logFormat, quiet } = options
  if (logFormat === 'json') return new JsonLines(options)
  const { TERM, CI } = io.env
  // In CI a terminal is often pretended: its output is kept as a file.
  const live = io.stderr.isTTY && TERM !== 'dumb' && !quiet && (CI === undefined || CI === '' || CI === 'false')
  return live ? new LiveView(options) : new PlainLines(options)
}
