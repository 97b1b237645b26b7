import type { Clock } from '../api.ts'
import { Committer, type Source } from './committer.ts'
import { RunnerError } from '../errors.ts'
import type { EventData, JournalEvent } from '../events.ts'
import { GENESIS, seal } from './hash-chain.ts'
import type { CommitResult, JournalBatch, RunStore } from '../store.ts'

type BatchExtras = Pick<JournalBatch, 'create' | 'ended' | 'reopened' | 'inboxDone'>

/** Called after each commit with the events that became durable. */
type OnDurable = (events: JournalEvent[]) => void
/** Called once, when a commit failed for good. */
type OnFailure = (error: RunnerError) => void

export interface JournalPosition {
  /** Events that the journal has. */
  length: number
  /** Hash of the last, or GENESIS. */
  hash: string
}

/** Characters up to which a journal is also kept in memory, for who wants it whole at its end. */
const SHORT = 32 * 1024

/**
 * Writes one run's events under one lease: chains them, gathers them, and has them committed with whatever else the
 * store has to write. After a failed commit it takes nothing more.
 */
export class Journal implements Source {
  readonly #runId: string
  readonly epoch: number
  readonly clock: Clock
  readonly #committer: Committer
  #seq: number
  #prev: string
  #lines: string[] = []
  #whole: string[] | undefined
  #room = SHORT
  #events: JournalEvent[] = []
  #extras: BatchExtras = {}
  #inFlight: JournalEvent[] = []
  #requested = false
  #failure: RunnerError | undefined
  #onDurable: OnDurable | undefined
  #onFailure: OnFailure | undefined

  constructor({ store, clock }: { store: RunStore; clock: Clock }, runId: string, epoch: number, position: JournalPosition = { length: 0, hash: GENESIS }) {
    this.#committer = Committer.of(store)
    this.clock = clock
    this.#runId = runId
    this.epoch = epoch
    this.#seq = position.length
    this.#prev = position.hash
    if (position.length === 0) this.#whole = []
  }

  /** All lines, of a short journal that begins here; undefined: they have to be read. */
  get whole(): readonly string[] | undefined {
    return this.#whole
  }

  get length(): number {
    return this.#seq
  }

  /** Who is told from now on. */
  tell(onDurable: OnDurable, onFailure: OnFailure): void {
    this.#onDurable = onDurable
    this.#onFailure = onFailure
  }

  /** Seals an event and has it written soon; `data` becomes the event. */
  append(data: EventData, ts: number): JournalEvent {
    const { event, line } = seal(data, this.#seq++, ts, this.#prev)
    this.#prev = event.hash
    this.#lines.push(line)
    this.#whole?.push(line)
    if ((this.#room -= line.length) < 0) this.#whole = undefined
    this.#events.push(event)
    this.#request()
    return event
  }

  /** View changes that are to ride with the next batch. */
  attach(extras: BatchExtras): void {
    Object.assign(this.#extras, extras)
    this.#request()
  }

  take(): JournalBatch | undefined {
    if (this.#failure) return undefined
    const firstSeq = this.#seq - this.#lines.length
    const batch = { runId: this.#runId, epoch: this.epoch, firstSeq, lines: this.#lines, ...this.#extras }
    this.#inFlight = this.#events
    this.#lines = []
    this.#events = []
    this.#extras = {}
    return batch
  }

  done(result: CommitResult | RunnerError): void {
    this.#requested = false
    if (result !== 'ok') return this.#fail(result)
    const events = this.#inFlight
    this.#inFlight = []
    if (this.#lines.length > 0 || Object.keys(this.#extras).length > 0) this.#request()
    this.#onDurable?.(events)
  }

  #request(): void {
    if (this.#requested || this.#failure) return
    this.#requested = true
    this.#committer.request(this)
  }

  #fail(result: 'fenced' | 'exists' | RunnerError): void {
    this.#failure = result instanceof RunnerError ? result : refusal(result, this.#runId)
    this.#onFailure?.(this.#failure)
  }
}

function refusal(result: 'fenced' | 'exists', runId: string): RunnerError {
  if (result === 'exists') return new RunnerError('RUN_ID_TAKEN', `A run ${runId} exists already.`)
  return new RunnerError('RUN_FENCED', `Another process took run ${runId} over; this one stops here.`, {
    fix: 'Follow the run with "lorc runs show", or resume it once its driver is gone.',
  })
}
