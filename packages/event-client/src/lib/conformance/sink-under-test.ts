import type { EventHub } from '../event-client.ts'
import type { EventRow, RawObjectRow } from '../event.ts'
import type { EventsOptions } from '../events-options.ts'

/** A sink, empty when a case begins; everything that a case opens leads to the same one. */
export interface SinkUnderTest {
  /** Opens a hub with the sink, as another process would: several may be open at once. The case closes it. */
  open(options?: Omit<EventsOptions, 'sink' | 'dir'>): Promise<EventHub>
  /** The events that are in the sink, in any order, as its readers see them: each id once. */
  read(): Promise<EventRow[]>
  /** The raw objects that are in the sink, or in the local database. */
  readRawObjects(): Promise<RawObjectRow[]>
  /** Has the sink fail until the function that it resolves with is called. A sink that cannot be made to leaves it out. */
  breakDown?(): Promise<() => Promise<void>>
}

/** What every sink has to do. `run` rejects with an AssertionError where it does not. */
export interface SinkConformanceCase {
  readonly name: string
  run(subject: SinkUnderTest): Promise<void>
}

/** Opens a hub, uses it and closes it. */
export async function using<T>(subject: SinkUnderTest, use: (hub: EventHub) => Promise<T>, options?: EventsOptions): Promise<T> {
  const hub = await subject.open(options)
  try {
    return await use(hub)
  } finally {
    await hub.close()
  }
}
