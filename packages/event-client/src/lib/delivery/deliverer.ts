import { backoff } from './backoff.ts'
import { deliver, type Delivered } from './delivery.ts'
import { EventError } from '../errors.ts'
import type { EventClock } from '../event-clock.ts'
import { LONGEST_WAIT_MS, type Claim, type Fate, type OutboxClaims } from '../local/outbox-claims.ts'
import type { Outbox } from '../local/outbox.ts'
import type { EventSink } from '../sink.ts'

/** Between attempts on a sink that fails. */
const LONGEST_PAUSE_MS = 30_000
/** Between looks at rows that another process delivers. */
const POLL_MS = 100
/** What is under way at the end may take so long. */
const GRACE_MS = 5000

export interface DelivererOptions {
  readonly outbox: Outbox
  readonly claims: OutboxClaims
  readonly sink: EventSink
  /** The largest batch, and how long rows wait for one to fill. */
  readonly batch: { readonly rows: number; readonly bytes: number; readonly ageMs: number }
  readonly clock: EventClock
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** How long somebody who waits puts up with a sink that takes nothing. */
  readonly patienceMs: number
  /** How long a sink may take for a batch. */
  readonly requestMs: number
}

/** Somebody who waits until nothing remains. */
interface Waiter {
  remaining: () => number
  left: number
  progressAt: number
  resolve: () => void
  reject: (reason: unknown) => void
}

/**
 * Brings rows from the outbox to the sink: as they fill batches or grow old, and at once while somebody waits. A sink that
 * fails is asked again after a pause, by one request, until it takes something.
 */
export class Deliverer {
  /** By this one. */
  readonly done = { delivered: 0, rejected: 0 }
  readonly #options: DelivererOptions
  readonly #underWay = new Set<Promise<void>>()
  readonly #waiters = new Set<Waiter>()
  readonly #closing = new AbortController()
  #closed = false
  /** Rows are old enough for a batch that is not full. */
  #ripe = false
  #failures = 0
  #problem: unknown
  #progressAt: number
  #pausedUntil = 0
  /** What the sink asked for; nobody's impatience cuts it short. */
  #askedUntil = 0
  #timer: { at: number; cancel: () => void } | undefined

  constructor(options: DelivererOptions) {
    this.#options = options
    this.#progressAt = options.clock.monotonic()
  }

  /** Rows were written. */
  wake(): void {
    const { outbox, batch } = this.#options
    this.#schedule(outbox.waiting() >= batch.rows ? 0 : batch.ageMs)
  }

  /**
   * Resolves when nothing remains. Rejects with EVENTS_UNDELIVERED once the sink has taken nothing for the patience, or
   * says that it never will; with EVENTS_CLOSED, and with `signal.reason` when aborted.
   */
  async drain(remaining: () => number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const left = remaining()
    if (left <= 0) return
    if (this.#closed) throw closed()
    this.#pausedUntil = this.#askedUntil
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { remaining, left, progressAt: this.#now(), resolve, reject }
    const abort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', abort)
    this.#waiters.add(waiter)
    this.#schedule(0)
    try {
      await promise
    } finally {
      this.#waiters.delete(waiter)
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Resolves when nothing remains, and when the sink fails or `signal` is aborted: to hold back who is faster than the sink. */
  async relief(remaining: () => number, signal?: AbortSignal): Promise<void> {
    if (this.#failures === 0) await this.drain(remaining, signal).catch(() => undefined)
  }

  /** Waits for what is under way, for a few seconds; the rest stays in the outbox. */
  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    for (const { reject } of this.#waiters) reject(closed())
    const cancel = this.#options.clock.sleep(GRACE_MS, () => this.#closing.abort())
    await Promise.all(this.#underWay)
    cancel()
    this.#options.claims.release()
  }

  #now(): number {
    return this.#options.clock.monotonic()
  }

  #schedule(ms: number): void {
    const at = this.#now() + ms
    if (this.#closed || (this.#timer !== undefined && this.#timer.at <= at)) return
    this.#timer?.cancel()
    const cancel = this.#options.clock.sleep(ms, () => {
      this.#timer = undefined
      this.#ripe = true
      this.#pump()
    })
    this.#timer = { at, cancel }
  }

  #pump(): void {
    if (this.#closed) return
    try {
      this.#look()
      const pause = this.#pausedUntil - this.#now()
      if (pause <= 0) this.#send()
      else if (!this.#isGivenUp()) this.#schedule(pause)
    } catch (error) {
      this.#fail(error)
    }
    if (this.#waiters.size > 0 && this.#underWay.size === 0) this.#schedule(POLL_MS)
  }

  /** Starts as many deliveries as there is room and work for. */
  #send(): void {
    const { claims, clock, sink, batch, outbox } = this.#options
    const width = this.#failures > 0 ? 1 : (sink.concurrency ?? 1)
    const limits = { rows: Math.min(batch.rows, sink.limits.rows), bytes: Math.min(batch.bytes, sink.limits.bytes) }
    while (this.#underWay.size < width) {
      if (this.#waiters.size === 0 && !this.#ripe && outbox.waiting() < limits.rows * (this.#underWay.size + 1)) return
      const claim = claims.claim(limits, () => clock.now())
      if (claim === undefined) {
        this.#ripe = false
        return
      }
      const delivery = this.#deliver(claim)
      this.#underWay.add(delivery)
      void delivery.then(() => {
        this.#underWay.delete(delivery)
        this.#pump()
      })
    }
  }

  /** Never rejects. */
  async #deliver(claim: Claim): Promise<void> {
    const { sink, clock, requestMs, random } = this.#options
    const request = new AbortController()
    const cancel = clock.sleep(requestMs, () => request.abort(slow(sink, requestMs)))
    const signal = AbortSignal.any([request.signal, this.#closing.signal])
    const retryAt = (tries: number): number => clock.now() + backoff(tries + 1, LONGEST_WAIT_MS, random())
    const delivered = await deliver(sink, claim, signal, retryAt)
    cancel()
    try {
      const sums = this.#options.claims.settle(claim, delivered.fates, clock.now())
      this.done.delivered += sums.delivered
      this.done.rejected += sums.rejected
      this.#conclude(delivered, sums.delivered + sums.rejected > 0, request.signal)
    } catch (error) {
      this.#fail(error)
    }
  }

  #conclude({ problem, retryAfterMs = 0, fates }: Delivered, progress: boolean, request: AbortSignal): void {
    if (progress) this.#progressAt = this.#now()
    if (retryAfterMs > 0) this.#askedUntil = this.#now() + retryAfterMs
    if (problem !== undefined) this.#fail(request.aborted ? request.reason : problem)
    else if (!progress) this.#fail(notTaken(this.#options.sink, fates))
    else {
      this.#failures = 0
      this.#problem = undefined
      this.#pausedUntil = this.#askedUntil
    }
  }

  #fail(problem: unknown): void {
    this.#failures += 1
    this.#problem = problem
    const pause = backoff(this.#failures, LONGEST_PAUSE_MS, this.#options.random())
    this.#pausedUntil = Math.max(this.#now() + pause, this.#askedUntil)
    if (isForPeople(problem)) for (const waiter of this.#waiters) this.#giveUp(waiter)
    if (this.#underWay.size === 0 && !this.#isGivenUp()) this.#schedule(pause)
  }

  /** Tells those who wait what has become of their rows. */
  #look(): void {
    for (const waiter of this.#waiters) {
      const left = waiter.remaining()
      if (left <= 0) waiter.resolve()
      else if (left < waiter.left) waiter.progressAt = this.#now()
      waiter.left = left
      // Time that is left is of no use where the sink has asked for more.
      const since = Math.max(waiter.progressAt, this.#progressAt)
      const next = Math.max(this.#now(), this.#askedUntil)
      if (left > 0 && next - since >= this.#options.patienceMs) this.#giveUp(waiter)
    }
  }

  #giveUp({ left, reject }: Waiter): void {
    const problem = this.#problem
    const reason = problem instanceof Error ? [problem.message] : []
    const why = isForPeople(problem) ? reason : [this.#silence(), ...reason]
    const message = `${left} ${left === 1 ? 'event waits' : 'events wait'} in the outbox: ${why.join(' ')}`
    const flush = '`lorc events flush`, or the next run, delivers them'
    const fix = isForPeople(problem) ? `${problem.fix ?? 'Mend what the reason names.'} Then ${flush}.` : `${flush} once the sink is back.`
    reject(new EventError('EVENTS_UNDELIVERED', message, { fix, transient: true, details: { waiting: left }, ...(problem !== undefined && { cause: problem }) }))
  }

  #silence(): string {
    const { sink, patienceMs } = this.#options
    const asked = this.#askedUntil - this.#now()
    return asked > 0 ? `${sink.name} asks to be left alone for ${Math.ceil(asked / 1000)} s.` : `${sink.name} has taken none for ${patienceMs / 1000} s.`
  }

  /** Nobody waits, and the sink has been failing for long: whoever emits next, or waits, has it tried again. */
  #isGivenUp(): boolean {
    return this.#waiters.size === 0 && this.#failures > 0 && this.#now() - this.#progressAt >= this.#options.patienceMs
  }
}

/** Whether it is of no use to try again before somebody has mended something. */
function isForPeople(problem: unknown): problem is EventError {
  return problem instanceof EventError && !problem.transient
}

function slow(sink: EventSink, ms: number): EventError {
  return new EventError('EVENTS_SINK_SLOW', `${sink.name} did not answer within ${ms / 1000} s.`, { transient: true })
}

/** Of a batch of which the sink took nothing, and refused nothing for good. */
function notTaken(sink: EventSink, fates: readonly Fate[]): EventError {
  const reason = fates.find((fate) => fate.type === 'retry')?.reason ?? 'it gave no reason'
  return new EventError('EVENTS_SINK_FAILED', `${sink.name}: ${reason}.`, { transient: true })
}

function closed(): EventError {
  return new EventError('EVENTS_CLOSED', 'The events were closed while somebody waited for their delivery.')
}
