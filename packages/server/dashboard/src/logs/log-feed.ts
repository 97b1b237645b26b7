import { textOf } from '../api/follow.ts'
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

/** Lines that steps print, shown a few times a second however many come. */
export class LogFeed extends Feed<Logs> {
  readonly #of: LogsOf

  constructor(of: LogsOf) {
    super({ lines: [], count: 0, dropped: 0, open: true, error: undefined })
    this.#of = of
  }

  open(): () => void {
    const abort = new AbortController()
    const kept = new LogLines()
    const renew = (change: Partial<Logs> = {}): void => {
      if (!abort.signal.aborted) this.show({ lines: kept.lines, count: kept.lines.length, dropped: kept.dropped, ...change })
    }
    renew({ open: true, error: undefined })
    this.#read(kept, renew, abort.signal).then(
      () => renew({ open: false }),
      (error: unknown) => renew({ open: false, error }),
    )
    return () => abort.abort()
  }

  async #read(kept: LogLines, renew: () => void, signal: AbortSignal): Promise<void> {
    const { runId, step, attempt, follow } = this.#of
    const query = { ...(step !== '' && { step }), ...(attempt !== undefined && { attempt }), ...(follow && { follow: 'true' as const }) }
    const { body } = await service.open('GET /runs/{run_id}/logs', { params: { run_id: runId }, query, headers: { accept: 'application/x-ndjson' }, signal })
    if (body === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    for await (const chunk of textOf(body)) {
      kept.push(chunk)
      timer ??= setTimeout(() => {
        timer = undefined
        renew()
      }, RENEW_MS)
    }
    clearTimeout(timer)
  }
}
