import { EventError } from './errors.ts'
import type { Fate, WaitingRow } from './local/outbox-claims.ts'
import type { EventSink } from './sink.ts'

/** What became of a batch: a fate for each row, and what was wrong with the sink, if anything. */
export interface Delivered {
  readonly fates: Fate[]
  readonly problem?: unknown
  readonly retryAfterMs?: number
}

const DELIVERED: Fate = { type: 'delivered' }
const KEPT: Fate = { type: 'kept' }

/**
 * Sends rows to a sink. A batch that it refuses as such is cut in halves, until the row that is at fault stands alone: that
 * one is poison. Where the sink fails, the rows that were not sent are kept. `retryAt` says when a row is due that the
 * sink may take later. Never rejects.
 */
export async function deliver(
  sink: EventSink,
  rows: readonly WaitingRow[],
  signal: AbortSignal,
  retryAt: (row: WaitingRow) => number,
): Promise<Delivered> {
  const fates = rows.map(() => KEPT)
  const parts: { from: number; to: number }[] = [{ from: 0, to: rows.length }]
  let retryAfterMs: number | undefined
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { from, to } = part
    try {
      const outcome = await sink.write(rows.slice(from, to).map(({ row }) => row), signal)
      fates.fill(DELIVERED, from, to)
      for (const { index, verdict, reason } of outcome.rejected) {
        const row = rows[from + index]!
        fates[from + index] = verdict === 'poison' ? { type: 'poison', reason } : { type: 'retry', dueMs: retryAt(row), reason }
      }
      if (outcome.retryAfterMs !== undefined) retryAfterMs = Math.max(retryAfterMs ?? 0, outcome.retryAfterMs)
    } catch (error) {
      if (!isRefusal(error)) return { fates, problem: error, ...retryAfterOf(error) }
      if (to - from === 1) fates[from] = { type: 'poison', reason: error.message }
      else {
        const middle = (from + to) >>> 1
        parts.push({ from: middle, to }, { from, to: middle })
      }
    }
  }
  return { fates, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

function isRefusal(error: unknown): error is EventError {
  return error instanceof EventError && error.code === 'EVENTS_BATCH_REFUSED'
}

function retryAfterOf(error: unknown): { retryAfterMs?: number } {
  return error instanceof EventError && error.retryAfterMs !== undefined ? { retryAfterMs: error.retryAfterMs } : {}
}
