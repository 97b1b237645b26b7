import type { JournalEvent, RunHandle } from '@lorc/runner'
import { lastLines } from '../log-tail.ts'
import { type ErrorReport, errorParagraph } from './error-report.ts'
import { runFrame } from './frame.ts'
import { type Marks, marksFor } from './marks.ts'
import type { ReporterOptions, RunReporter } from './run-reporter.ts'
import { type Past, RunEstimate } from './run-estimate.ts'
import { RunProgress } from './run-progress.ts'
import { Screen } from './screen.ts'
import { oneLine } from './text.ts'

const REDRAW_MS = 100
/** Redraws between two looks at the logs. */
const LOG_EVERY = 5
/** As many running steps as a terminal has room for. */
const LOGS_MAX = 50
/** Redraws before past runs are asked about: a run that is over sooner needs no estimate. */
const PAST_AFTER = 3

/** The steps of a run, redrawn in place at most ten times a second. The last frame stays. */
export class LiveView implements RunReporter {
  readonly listens = true
  readonly #options: ReporterOptions
  readonly #marks: Marks
  readonly #screen: Screen
  readonly #lastLines = new Map<string, string>()
  #handle: RunHandle | undefined
  #past: (() => Promise<Past>) | undefined
  #progress: RunProgress | undefined
  #estimate: RunEstimate | undefined
  #stop = (): void => undefined
  /** What the last frame was drawn for: it is the same for as long as nothing of this changes. */
  #drawnFor = ''
  #tick = 0
  #reading = false

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#marks = marksFor(options.io.env)
    this.#screen = new Screen(options.io, () => this.#draw())
  }

  begin(handle: RunHandle, past?: () => Promise<Past>): void {
    const { io, style } = this.#options
    this.#handle = handle
    this.#past = past
    this.#progress = new RunProgress(handle.runId, handle.plan)
    this.#estimate = new RunEstimate(this.#progress)
    this.#screen.above(`${style.bold(oneLine(handle.plan.name))}  ${style.dim(handle.runId)}\n`)
    this.#stop = io.every(REDRAW_MS, () => this.#redraw())
  }

  event(event: JournalEvent): void {
    this.#progress?.apply(event)
  }

  output(step: string, lines: readonly string[]): void {
    const { style } = this.#options
    this.#above(lines.map((line) => `${style.cyan(step)} ${style.dim('|')} ${oneLine(line)}\n`).join(''))
  }

  note(text: string): void {
    this.#above(`${text}\n`)
  }

  error(report: ErrorReport): void {
    const { io, style, debug } = this.#options
    this.#above(errorParagraph(report, style, io.stderr.columns, debug))
  }

  end(): void {
    this.#stop()
    this.#draw()
    this.#progress = undefined
    this.#screen.close()
  }

  #redraw(): void {
    const progress = this.#progress
    if (progress === undefined) return
    this.#tick++
    if (this.#tick === PAST_AFTER) void this.#readPast(progress)
    const { columns, rows } = this.#options.io.stderr
    const still = progress.running.size === 0 && progress.counts.running === 0 && progress.retrying.size === 0
    if (still && this.#drawnFor === `${progress.version} ${columns} ${rows}`) return
    if (this.#tick % LOG_EVERY === 1) void this.#readLogs(progress)
    this.#draw()
  }

  #draw(): void {
    const [progress, estimate] = [this.#progress, this.#estimate]
    if (progress === undefined || estimate === undefined) return
    const { io, style } = this.#options
    const { columns, rows } = io.stderr
    const now = io.now()
    const progressOf = (step: string): ReturnType<RunHandle['progress']> => this.#handle?.progress(step) ?? null
    const lines = runFrame(progress, {
      columns,
      rows,
      now,
      tick: this.#tick,
      style,
      marks: this.#marks,
      progressOf,
      lastLine: (step) => this.#lastLines.get(step) ?? '',
      usual: (step) => estimate.usual(step),
      done: estimate.done(now, progressOf),
      leftMs: estimate.left(now, io.now),
    })
    this.#screen.draw(lines)
    this.#drawnFor = `${progress.version} ${columns} ${rows}`
  }

  /** Prints something that stays, and the frame again below it. */
  #above(text: string): void {
    this.#screen.above(text)
    this.#draw()
  }

  /** An estimate is a courtesy: where the past cannot be read, there is none. */
  async #readPast(progress: RunProgress): Promise<void> {
    const past = await this.#past?.().catch(() => undefined)
    if (past !== undefined) this.#estimate = new RunEstimate(progress, past)
  }

  async #readLogs(progress: RunProgress): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    for (const row of [...progress.running].slice(0, LOGS_MAX)) {
      const path = this.#handle?.logPath(row.name, row.attempt)
      const [line = ''] = path === undefined ? [] : await lastLines(path, 1)
      this.#lastLines.set(row.name, line)
    }
    this.#reading = false
  }
}
