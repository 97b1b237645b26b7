import type { JournalEvent, RunHandle } from '@lorc/runner'
import { jobStepOf } from '../job-step.ts'
import { type ErrorReport, errorParagraph } from './error-report.ts'
import { paintStatus } from './marks.ts'
import { outcomeLine } from './outcome-line.ts'
import { count, duration } from './quantity.ts'
import type { ReporterOptions, RunReporter } from './run-reporter.ts'
import { RunProgress } from './run-progress.ts'
import type { StepRow } from './step-row.ts'
import { oneLine, padEnd } from './text.ts'

/** So many steps to which one thing happens have a line each. */
const TOGETHER_MAX = 20
const STATUS_WIDTH = 'completed'.length
/** How often a job's progress is told. */
const PROGRESS_MS = 10_000

/** One line for each thing that happens: for logs, pipes and CI. `--quiet`: errors and notes only. */
export class PlainLines implements RunReporter {
  readonly listens: boolean
  readonly #options: ReporterOptions
  #progress: RunProgress | undefined
  /** A run of one job: there are no steps to tell apart. */
  #job = false
  #stop = (): void => undefined
  /** What was last told of a job's progress. */
  #said = ''
  #pending = ''

  constructor(options: ReporterOptions) {
    this.#options = options
    this.listens = !options.quiet
  }

  begin(handle: RunHandle): void {
    this.#progress = new RunProgress(handle.runId, handle.plan)
    const job = jobStepOf(handle.plan)
    this.#job = job !== undefined
    this.#line(`${handle.plan.name}: ${job ? '' : `${count(handle.plan.steps.length, 'step')}, `}${handle.runId}`)
    if (job !== undefined && this.listens) this.#stop = this.#options.io.every(PROGRESS_MS, () => this.#tellProgress(handle, job.name))
  }

  event(event: JournalEvent, live: boolean): void {
    const progress = this.#progress
    if (progress === undefined) return
    progress.apply(event)
    if (!live) return
    switch (event.type) {
      case 'step.started':
      case 'step.completed':
      case 'step.failed':
      case 'step.cancelled':
      case 'step.interrupted':
        return this.#step(progress.row(event.step))
      case 'steps.cancelled':
      case 'steps.blocked':
      case 'steps.skipped':
        return this.#steps(event.steps.flatMap((name) => progress.row(name) ?? []))
      case 'step.expanded':
        return this.#line(`  expanded   ${event.step}: ${count(event.items.length, 'item')}`)
      case 'step.waiting':
      case 'approval.requested':
      case 'approval.decided':
      case 'step.linked':
        return this.#told(progress.row(event.step))
      case 'steps.reset':
        return this.#line(`to run again, ${event.by === '_runner' ? 'once the steps before are over' : `as ${oneLine(event.by)} asked`}: ${event.steps.join(', ')}`)
      case 'context.set':
        return this.#line(`set by ${oneLine(event.by)}: ${Object.keys(event.writes).join(', ')}`)
      case 'run.paused':
      case 'run.unpaused':
        return this.#line(`${event.type === 'run.paused' ? 'paused' : 'goes on'}: ${oneLine(event.by)}: ${oneLine(event.reason)}`)
      case 'run.cancel_requested':
        return this.#line(event.code ? `ending: ${oneLine(event.reason)}` : `cancel requested by ${oneLine(event.by)}: ${oneLine(event.reason)}`)
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
        return this.#job ? undefined : this.#line(outcomeLine(progress))
      case 'run.created':
      case 'driver.started':
      case 'step.spawned':
        return
    }
  }

  output(step: string, lines: readonly string[]): void {
    this.#write(lines.map((line) => (this.#job ? `${line}\n` : `  ${step} | ${line}\n`)).join(''))
  }

  note(text: string): void {
    this.#write(`${text}\n`)
  }

  error(report: ErrorReport): void {
    const { io, style, debug } = this.#options
    const columns = io.stderr.isTTY ? io.stderr.columns : Number.POSITIVE_INFINITY
    this.#write(errorParagraph(report, style, columns, debug))
  }

  end(): void {
    this.#stop()
    this.#flush()
  }

  #step(row: StepRow | undefined): void {
    if (row === undefined || (this.#job && !isTold(row))) return
    const { style } = this.#options
    const status = paintStatus(
      row.status,
      style,
    )(padEnd(row.status === 'running' ? 'started' : row.status, STATUS_WIDTH))
    this.#line(`  ${status}  ${row.name}${detail(row)}`)
  }

  #tellProgress(handle: RunHandle, step: string): void {
    const said = handle.progress(step)
    const text = said === null ? '' : `  ${step}: ${said.done}${said.total === null ? '' : ` of ${said.total}`}`
    if (text !== '' && text !== this.#said) this.#line(text)
    this.#said = text
  }

  /** What a step waits for, or works through. */
  #told(row: StepRow | undefined): void {
    if (row !== undefined) this.#line(`  ${padEnd(row.asks ? 'asks' : row.status, STATUS_WIDTH)}  ${row.name}: ${oneLine(row.note)}`)
  }

  /** What happened to all of these at once, for one reason; many of them are told in one line. */
  #steps(rows: readonly StepRow[]): void {
    const [first] = rows
    if (first === undefined || rows.length <= TOGETHER_MAX) for (const row of rows) this.#step(row)
    else this.#step({ ...first, name: count(rows.length, 'step') })
  }

  #line(text: string): void {
    if (this.listens) this.#write(`${text}\n`)
  }

  /** Lines of one turn of the event loop share one write. */
  #write(text: string): void {
    if (this.#pending === '') setImmediate(() => this.#flush())
    this.#pending += text
  }

  #flush(): void {
    if (this.#pending !== '') this.#options.io.stderr.write(this.#pending)
    this.#pending = ''
  }
}

/** Of a job: that it is tried again. How it ends is told by itself. */
function isTold(row: StepRow): boolean {
  return row.status === 'retrying' || row.status === 'waiting' || (row.status === 'running' && row.attempt > 1)
}

function detail(row: StepRow): string {
  // How often a job may be tried, it says itself, where its step does not.
  const attempt = row.attempt > 0 && row.tries > 1 ? `  attempt ${row.attempt} of ${row.forgiven + row.tries}` : row.attempt > 1 ? `  attempt ${row.attempt}` : ''
  const note = oneLine(row.note)
  switch (row.status) {
    case 'running':
      return attempt
    case 'completed':
      return note === '' ? `  ${duration(row.endedAt - row.startedAt)}` : `  ${note}`
    case 'retrying':
      return `${attempt} failed: ${note}; the next in ${duration(row.retryAt - row.endedAt)}`
    case 'failed':
      return `  ${duration(row.endedAt - row.startedAt)}${attempt}: ${note}`
    case 'blocked':
      return `  ${note}`
    case 'cancelled':
    case 'skipped':
    case 'waiting':
      return `: ${note}`
  }
}
