import { follow } from '../api/follow.ts'
import type { StreamMessage } from '../api/event-stream.ts'
import { Feed } from '../model/feed.ts'
import { eventOf, type RunEvent } from '../model/run-event.ts'

export interface Events {
  /** In the order of the journal, without a gap. */
  events: readonly RunEvent[]
  /** The first that is here. */
  first: number
  reading: boolean
  error: unknown
}

/** So many of the last events are read at first, and so many more each time. */
const CHUNK = 5000
const RENEW_MS = 200

/** The events of a run, the last ones first: a journal may have hundreds of thousands. */
export class EventFeed extends Feed<Events> {
  readonly #runId: string
  #abort = new AbortController()
  #events: RunEvent[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `seq`: how many events there are by now. */
  constructor(runId: string, seq: number) {
    super({ events: [], first: Math.max(0, seq - CHUNK), reading: true, error: undefined })
    this.#runId = runId
  }

  open(): () => void {
    const abort = (this.#abort = new AbortController())
    this.#events = []
    void this.#read(this.state().first, undefined, (messages) => {
      this.#events.push(...messages.map(eventOf))
      this.#renew()
    })
    return () => {
      abort.abort()
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }

  /** Reads the events before the first that is here. */
  async earlier(): Promise<void> {
    const { first, reading } = this.state()
    if (first === 0 || reading) return
    const from = Math.max(0, first - CHUNK)
    const found: RunEvent[] = []
    await this.#read(from, first, (messages) => found.push(...messages.map(eventOf)))
    this.#events = [...found, ...this.#events]
    this.show({ first: from })
    this.#renew()
  }

  /** Up to the event `end`, or, undefined, until the run has ended. */
  async #read(from: number, end: number | undefined, take: (messages: StreamMessage[]) => void): Promise<void> {
    const { signal } = this.#abort
    const own = new AbortController()
    const stop = AbortSignal.any([signal, own.signal])
    this.show({ reading: true, error: undefined })
    const onMessages = (messages: StreamMessage[]): void => {
      const wanted = end === undefined ? messages : messages.filter(({ id }) => Number(id) < end)
      take(wanted)
      if (wanted.length < messages.length) own.abort()
      if (end === undefined) this.show({ reading: false })
    }
    try {
      await follow(this.#runId, { signal: stop, from, onMessages })
    } catch (error) {
      if (!signal.aborted) this.show({ error })
    }
    if (!signal.aborted) this.show({ reading: false })
  }

  #renew(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.show({ events: [...this.#events] })
    }, RENEW_MS)
  }
}
