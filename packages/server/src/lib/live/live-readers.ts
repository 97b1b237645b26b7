import type { ServerResponse } from 'node:http'
import { RunnerError, type Clock, type RunStore } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import type { ServiceLog } from '../log.ts'
import { streamEvents } from './event-stream.ts'
import { JournalChunks } from './journal-chunks.ts'
import { ReaderConnection } from './reader-connection.ts'
import type { RunChanges } from './run-changes.ts'
import { RunWatches } from './run-watches.ts'
import { SharedBytes } from './shared-bytes.ts'

/** Some ten thousand events: who lives with a run is at the newest of them. */
const KEPT_BYTES = 4 * 1024 * 1024
/** Often enough for proxies, which cut what is silent for a minute. */
const BEAT_MS = 15_000
const BEAT = new SharedBytes(': \n\n')

/** Everybody who reads what happens as it happens. */
export class LiveReaders {
  readonly #store: RunStore
  readonly #clock: Clock
  readonly #most: number
  readonly #log: ServiceLog
  readonly #chunks: JournalChunks
  readonly #watches: RunWatches
  readonly #readers = new Set<ServerResponse>()
  /** Those that take events, and a sign of life between them. */
  readonly #beaten = new Set<ReaderConnection>()
  #stopBeating: (() => void) | undefined

  /** `most`: readers at once. */
  constructor(store: RunStore, clock: Clock, most: number, log: ServiceLog) {
    this.#store = store
    this.#clock = clock
    this.#most = most
    this.#log = log
    this.#chunks = new JournalChunks(store, KEPT_BYTES)
    this.#watches = new RunWatches(this.#chunks, clock)
  }

  get count(): number {
    return this.#readers.size
  }

  /** Throws SERVER_OVERLOADED. */
  assertRoom(): void {
    if (this.#readers.size < this.#most) return
    throw new ServerError('SERVER_OVERLOADED', `${this.#most} readers follow runs already.`, {
      fix: 'Ask again later, or raise `server.limits.readers`.',
      retryAfterSec: 5,
    })
  }

  /** Whether a run has an event of this number, or it may come next; `ahead`: others would have to come first. Throws RUN_UNKNOWN. */
  async hasMore(runId: string, seq: number): Promise<boolean | 'ahead'> {
    // Of a run that was removed, chunks may be kept.
    const run = await this.#store.get(runId)
    if (!run) throw new RunnerError('RUN_UNKNOWN', `There is no run ${JSON.stringify(runId)}.`)
    if (await this.#chunks.from(runId, seq)) return true
    if (run.status !== 'running') return false
    return seq === 0 || (await this.#chunks.from(runId, seq - 1)) ? true : 'ahead'
  }

  /** Sends events as Server-Sent Events into an answer whose head was written. Never rejects: the reader comes back. */
  async sendEvents(runId: string, from: number, to: ServerResponse, { follow, gzip = false }: { follow: boolean; gzip?: boolean }): Promise<void> {
    const ports = { store: this.#store, chunks: this.#chunks, watches: this.#watches }
    await this.#sendBeaten(to, (connection) => streamEvents(ports, runId, from, connection, { follow }), { gzip })
  }

  /** Sends `changed` at once, and with `follow` whenever something has become of runs. Never rejects. */
  async sendChanges(changes: RunChanges, to: ServerResponse, { follow }: { follow: boolean }): Promise<void> {
    await this.#sendBeaten(to, async (connection) => {
      let id = 0
      for (let seen = await changes.next(undefined, connection.gone); seen !== undefined; seen = await changes.next(seen, connection.gone)) {
        await connection.write(`id: ${id++}\nevent: changed\ndata: {}\n\n`)
        if (!follow) return
      }
    })
  }

  /** Has `write` write into an answer whose head was written; what goes wrong ends the connection. Never rejects. */
  async send(to: ServerResponse, write: (connection: ReaderConnection) => Promise<void>, options: { gzip?: boolean } = {}): Promise<void> {
    this.#readers.add(to)
    try {
      const connection = new ReaderConnection(to, this.#clock, options)
      if (to.req.method !== 'HEAD') await write(connection)
      connection.end()
    } catch (error) {
      this.#log('warn', 'what a reader followed cannot be read on', { error: error instanceof Error ? error.message : String(error) })
      to.destroy()
    } finally {
      this.#readers.delete(to)
    }
  }

  /** As `send`, with a sign of life where nothing happens. */
  async #sendBeaten(to: ServerResponse, write: (connection: ReaderConnection) => Promise<void>, options: { gzip?: boolean } = {}): Promise<void> {
    const writeBeaten = async (connection: ReaderConnection): Promise<void> => {
      this.#beaten.add(connection)
      this.#beatLater()
      try {
        await write(connection)
      } finally {
        this.#beaten.delete(connection)
        if (this.#beaten.size === 0) this.#rest()
      }
    }
    await this.send(to, writeBeaten, options)
  }

  /** Ends every stream; readers of events come back with the id of the last one that they have. */
  close(): void {
    this.#watches.close()
    for (const reader of this.#readers) reader.destroy()
    this.#rest()
  }

  /** One timer for all. A reader that is behind needs no sign of life. */
  #beatLater(): void {
    this.#stopBeating ??= this.#clock.sleep(BEAT_MS, () => {
      this.#stopBeating = undefined
      for (const reader of this.#beaten) reader.beat(BEAT)
      if (this.#beaten.size > 0) this.#beatLater()
    })
  }

  #rest(): void {
    this.#stopBeating?.()
    this.#stopBeating = undefined
  }
}
