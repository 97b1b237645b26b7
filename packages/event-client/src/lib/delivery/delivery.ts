import { EventError } from '../errors.ts'
import type { Claim, Fate } from '../local/outbox-claims.ts'
import type { BatchOutcome, EventSink } from '../sink.ts'

/** What became of a batch: a fate for each row, and what was wrong with the sink, if anything. */
export interface Delivered {
  readonly fates: Fate[]
  readonly problem?: unknown
  readonly retryAfterMs?: number
}

const DELIVERED: Fate = { type: 'delivered' }
const KEPT: Fate = { type: 'kept' }

/**
 * Sends the rows of a claim to a sink. A batch that it refuses as such is cut in halves, until the row that is at fault stands alone: that
 * one is poison. Where the sink fails, the rows that were not sent are kept. `retryAt` says when a row is due that the
 * sink may take later. Never rejects.
 */
export async function deliver(
  sink: EventSink,
  claim: Claim,
  signal: AbortSignal,
  retryAt: (tries: number) => number,
): Promise<Delivered> {
  const fates = claim.seqs.map(() => KEPT)
  const parts: { from: number; to: number }[] = [{ from: 0, to: fates.length }]
  let retryAfterMs: number | undefined
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { from, to } = part
    try {
      const { places, tries, outcome } = await send(sink, claim, from, to, signal)
      for (const place of places) fates[place] = DELIVERED
      for (const { index, verdict, reason } of outcome.rejected) {
        fates[places[index]!] = verdict === 'poison' ? { type: 'poison', reason } : { type: 'retry', dueMs: retryAt(tries[index]!), reason }
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

interface Sent {
  /** Of the rows that were sent: their places in the claim, and how often each was tried before. */
  readonly places: readonly number[]
  readonly tries: readonly number[]
  readonly outcome: BatchOutcome
}

/** The rows are read here and not kept: while an answer is awaited, nobody but the sink may hold what it needs of them. */
function send(sink: EventSink, claim: Claim, from: number, to: number, signal: AbortSignal): Promise<Sent> {
  const rows = claim.read(from, to)
  const places = rows.map(({ place }) => place)
  const tries = rows.map((row) => row.tries)
  if (rows.length === 0) return Promise.resolve({ places, tries, outcome: { rejected: [] } })
  return sink.write(rows.map(({ row }) => row), signal).then((outcome) => ({ places, tries, outcome }))
}

function isRefusal(error: unknown): error is EventError {
  return error instanceof EventError && error.code === 'EVENTS_BATCH_REFUSED'
}

function retryAfterOf(error: unknown): { retryAfterMs?: number } {
  return error instanceof EventError && error.retryAfterMs !== undefined ? { retryAfterMs: error.retryAfterMs } : {}
}
