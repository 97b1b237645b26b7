import type { JournalEvent } from '../events.ts'

const LIMIT = 10_000

/** Reads a journal's events from `fromSeq` up to its end of now. */
export type ReadEvents = (fromSeq: number) => AsyncIterable<JournalEvent>

/**
 * Hands a run's durable events to readers. A reader first gets what is in the store, then what comes; one that falls
 * behind by more than 10,000 events is sent back to the store, so that a slow reader costs no memory.
 */
export class Subscribers {
  readonly #read: ReadEvents
  #queues: Set<Queue> | undefined
  #next: number
  #ended = false

  constructor(read: ReadEvents, durable: number) {
    this.#read = read
    this.#next = durable
  }

  publish(events: readonly JournalEvent[]): void {
    this.#next += events.length
    if (!this.#queues) return
    for (const queue of this.#queues) {
      if (queue.events.length + events.length > LIMIT) {
        queue.events = []
        queue.lagging = true
      } else if (!queue.lagging) queue.events.push(...events)
      queue.wake()
    }
  }

  end(): void {
    this.#ended = true
    for (const queue of this.#queues ?? []) queue.wake()
  }

  async *subscribe(): AsyncGenerator<JournalEvent> {
    const queue: Queue = { events: [], lagging: true, wake: () => {} }
    const queues = (this.#queues ??= new Set())
    queues.add(queue)
    let seq = 0
    try {
      for (;;) {
        if (queue.lagging) {
          queue.lagging = false
          const until = this.#next
          if (seq < until) {
            for await (const event of this.#read(seq)) {
              if (event.seq < seq || event.seq >= until) continue
              yield event
              seq = event.seq + 1
            }
          }
        }
        const events = queue.events
        queue.events = []
        for (const event of events) {
          if (event.seq < seq) continue
          yield event
          seq = event.seq + 1
        }
        if (queue.events.length > 0 || queue.lagging) continue
        if (this.#ended) return
        await new Promise<void>((resolve) => (queue.wake = resolve))
      }
    } finally {
      queues.delete(queue)
    }
  }
}

interface Queue {
  events: JournalEvent[]
  lagging: boolean
  wake: () => void
}
