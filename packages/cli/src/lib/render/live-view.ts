import type { JournalEvent, RunHandle } from '@lorc/runner'
import { lastLines } from '../log-tail.ts'
import { type ErrorReport, errorParagraph } from './error-report.ts'
import { runFrame } from './frame.ts'
import { type Marks, marksFor } from './marks.ts'
import type { ReporterOptions, RunReporter } from './reporter.ts'
import { RunProgress } from './run-progress.ts'
import { displayWidth } from './text.ts'

const REDRAW_MS = 100
/** Redraws between two looks at the logs. */
const LOG_EVERY = 5
/** As many running steps as a terminal has room for. */
const LOGS_MAX = 50

/** The steps of a run, redrawn in place at most ten times a second. The last frame stays. */
export class LiveView implements RunReporter {
  readonly listens = true
  readonly #options: ReporterOptions
  readonly #marks: Marks
  readonly #lastLines = new Map<string, string>()
  #handle: RunHandle | undefined
  #progress: RunProgress | undefined
  #stop = (): void => undefined
  /** Widths of the lines on the screen. */
  #drawn: number[] = []
  #drawnVersion = -1
  #tick = 0
  #reading = false

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#marks = marksFor(options.io.env)
  }

  begin(handle: RunHandle): void {
    const { io, style } = this.#options
    this.#handle = handle
    this.#progress = new RunProgress(handle.runId, handle.plan)
    io.stderr.write(`${style.bold(handle.plan.name)}  ${style.dim(handle.runId)}\n`)
    this.#stop = io.every(REDRAW_MS, () => this.#redraw())
  }

  event(event: JournalEvent): void {
    this.#progress?.apply(event)
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
    if (this.#progress !== undefined) this.#draw()
    this.#progress = undefined
    this.#drawn = []
  }

  #redraw(): void {
    const progress = this.#progress
    if (progress === undefined) return
    this.#tick++
    const still = progress.running.size === 0 && progress.counts.retrying === 0
    if (still && this.#drawnVersion === progress.version) return
    if (this.#tick % LOG_EVERY === 1) void this.#readLogs(progress)
    this.#draw()
  }

  #draw(): void {
    const progress = this.#progress
    if (progress === undefined) return
    const { io, style } = this.#options
    const lines = runFrame(progress, {
      columns: io.stderr.columns,
      rows: io.stderr.rows,
      now: io.now(),
      tick: this.#tick,
      style,
      marks: this.#marks,
      progressOf: (step) => this.#handle?.progress(step) ?? null,
      lastLine: (step) => this.#lastLines.get(step) ?? '',
    })
    io.stderr.write(`${this.#erase()}${lines.join('\n')}\n`)
    this.#drawn = lines.map(displayWidth)
    this.#drawnVersion = progress.version
  }

  /** Prints something that stays, and the frame again below it. */
  #above(text: string): void {
    this.#options.io.stderr.write(`${this.#erase()}${text}`)
    this.#drawn = []
    this.#draw()
  }

  /**
   * Up to where the frame begins, and everything from there is cleared; a terminal made narrower has broken its
   * lines.
   */
  #erase(): string {
    const { columns } = this.#options.io.stderr
    const height = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
    return height === 0 ? '' : `\x1b[${height}A\r\x1b[0J`
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
