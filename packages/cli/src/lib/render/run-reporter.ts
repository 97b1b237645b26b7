import type { JournalEvent, RunHandle } from '@lorc/runner'
import type { Io } from '../io.ts'
import type { ErrorReport } from './error-report.ts'
import type { Past } from './run-estimate.ts'
import type { Style } from './style.ts'

/** Shows a run on stderr while it goes on. Siblings differ in the form alone. */
export interface RunReporter {
  /** Whether `event` does anything: where it is false, nobody needs to read the events. */
  readonly listens: boolean
  /** `past` reads what past runs of the plan took. */
  begin(handle: RunHandle, past?: () => Promise<Past>): void
  /** `live`: of this process's making, not of an earlier driver's that a resume goes on from. */
  event(event: JournalEvent, live: boolean): void
  /** Lines that a step has printed, without their line ends. */
  output(step: string, lines: readonly string[]): void
  /** A sentence for people, e.g. how to go on. */
  note(text: string): void
  error(report: ErrorReport): void
  /** No more events come. What is noted later stands below. May be called again. */
  end(): void
}

export interface ReporterOptions {
  io: Io
  style: Style
  logFormat: 'text' | 'json'
  quiet: boolean
  debug: boolean
}
