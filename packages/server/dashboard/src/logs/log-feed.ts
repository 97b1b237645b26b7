import { ServiceProblem } from '@lorc/server/client'
import { textOf } from '../api/follow.ts'
import { whileInView } from '../api/in-view.ts'
import { isRefusal, Waits } from '../api/retry.ts'
import { service } from '../api/service.ts'
import { Feed } from '../model/feed.ts'
import { LogLines, type LogLine } from '../model/log-lines.ts'

export interface Logs {
  /** The same list each time, with more lines in it. */
  lines: readonly LogLine[]
  count: number
  /** Of the first lines, so many are kept no more. */
  dropped: number
  /** More may come. */
  open: boolean
  error: unknown
}

export interface LogsOf {
  runId: string
  /** Empty: every one. */
  step: string
  /** Undefined: every one. */
  attempt: number | undefined
  /** Go on with what is printed. */
  follow: boolean
}

const RENEW_MS = 120
const NOTHING: Logs = { lines: [], count: 0, dropped: 0, open: true, error: undefined }

/** Lines that steps print, shown a few times a second however many come. */
export class LogFeed extends Feed<Logs> {
  readonly #of: LogsOf

  constructor(of: LogsOf) {
    super(NOTHING)
    this.#of = of
  }

  open(): () => void {
    const abort = new AbortController()
    this.show(NOTHING)
    void this.#readOn(abort.signal)
    return () => abort.abort()
  }

  /** Reads to the end, over broken connections too where it goes on. */
  async #readOn(signal: AbortSignal): Promise<void> {
    const waits = new Waits()
    while (!signal.aborted) {
      try {
        await (this.#of.follow ? whileInView(signal, (stop) => this.#read(waits, stop)) : this.#read(waits, signal))
        return
      } catch (error) {
        if (signal.aborted) return
        if (!this.#of.follow || isRefusal(error)) {
          this.show({ open: false, error })
          return
        }
        // A connection that broke is only worth a word where there is no other.
        if (error instanceof ServiceProblem) this.show({ error })
      }
      if (!document.hidden) await waits.wait(signal)
    }
  }

  /** Reads all of it, and shows it once there is as much of it as was shown before. */
  async #read(waits: Waits, signal: AbortSignal): Promise<void> {
    const { runId, step, attempt, follow } = this.#of
    const query = { ...(step !== '' && { step }), ...(attempt !== undefined && { attempt }), ...(follow && { follow: 'true' as const }) }
    const { body } = await service.open('GET /runs/{run_id}/logs', { params: { run_id: runId }, query, headers: { accept: 'application/x-ndjson' }, signal })
    waits.answered()
    const kept = new LogLines()
    const before = this.state().count + this.state().dropped
    const renew = (open: boolean): void => {
      const { lines, dropped } = kept
      if (signal.aborted || (open && lines.length + dropped < before)) return
      this.show({ lines, count: lines.length, dropped, open, error: undefined })
    }
    renew(true)
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      for await (const chunk of body === null ? [] : textOf(body)) {
        kept.push(chunk)
        timer ??= setTimeout(() => {
          timer = undefined
          renew(true)
        }, RENEW_MS)
      }
    } finally {
      clearTimeout(timer)
    }
    renew(false)
  }
}
