import type { JournalEvent, RunHandle } from '@lorc/runner'
import { snakeCased } from '../snake-case.ts'
import type { ErrorReport } from './error-report.ts'
import type { ReporterOptions, RunReporter } from './run-reporter.ts'
import { errorJson } from './show-error.ts'

type Level = 'info' | 'warn' | 'error'

/**
 * One JSON object a line: `time`, `level`, `event`, `run_id`, and the event's own fields in snake_case, without values of
 * the context.
 */
export class JsonLines implements RunReporter {
  readonly listens: boolean
  readonly #options: ReporterOptions
  #runId: string | null = null

  constructor(options: ReporterOptions) {
    this.#options = options
    this.listens = !options.quiet
  }

  begin(handle: RunHandle): void {
    this.#runId = handle.runId
  }

  event(event: JournalEvent, live: boolean): void {
    if (this.listens && live) this.#line(event.ts, levelOf(event), event.type, fieldsOf(event))
  }

  output(step: string, lines: readonly string[]): void {
    for (const line of lines) this.#line(this.#options.io.now(), 'info', 'output', { step, line })
  }

  note(text: string): void {
    this.#line(this.#options.io.now(), 'info', 'note', { message: text })
  }

  error(report: ErrorReport): void {
    const { io, debug } = this.#options
    io.stderr.write(errorJson(report, io.now(), this.#runId, debug))
  }

  end(): void {
    // Every line was written as it came.
  }

  #line(time: number, level: Level, event: string, fields: object): void {
    const line = { time: new Date(time).toISOString(), level, event, run_id: this.#runId, ...fields }
    this.#options.io.stderr.write(`${JSON.stringify(line)}\n`)
  }
}

function levelOf(event: JournalEvent): Level {
  if (event.type === 'run.failed') return 'error'
  if (event.type === 'step.failed') return event.retryInMs === undefined ? 'error' : 'warn'
  return event.type === 'run.cancelled' || event.type === 'steps.blocked' ? 'warn' : 'info'
}

function fieldsOf(event: JournalEvent): object {
  const { type: _type, ts: _ts, prev: _prev, hash: _hash, ...fields } = event
  const { writes, ...others } = 'writes' in fields ? fields : { ...fields, writes: undefined }
  return snakeCased({
    ...others,
    ...('metrics' in others && others.metrics !== null ? { metrics: snakeCased(others.metrics) } : {}),
    ...('error' in others ? { error: snakeCased(others.error) } : {}),
    ...('options' in others ? { options: snakeCased(others.options) } : {}),
    ...(writes === undefined ? {} : { keys: Object.keys(writes) }),
  })
}
