import type { ClientOptions, EventHub, OwnedEventClient } from './event-client.ts'
import type { EventInput, RawObjectInput } from './event.ts'
import type { EventsOptions } from './events-options.ts'

/**
 * Opens the events of this process: no file is touched before something is emitted or asked for. Rejects with EventError
 * EVENTS_OPTION_INVALID.
 */
export async function openEvents(options: EventsOptions = {}): Promise<EventHub> {
  const { openHub } = await import('./open-hub.ts')
  return openHub(options)
}

/** For any program: one client, with all that is behind it. Throws as `openEvents` does. */
export async function createEventClient(options: EventsOptions & ClientOptions = {}): Promise<OwnedEventClient> {
  const [{ openHub }, { CLIENT_TYPES }] = await Promise.all([import('./open-hub.ts'), import('./check-options.ts')])
  const hub = await openHub(options, CLIENT_TYPES)
  const client = hub.client(options)
  const end = async (): Promise<void> => {
    try {
      await client.settle(options.signal)
    } finally {
      await hub.close()
    }
  }
  let ended: Promise<void> | undefined
  return {
    emit: (event: EventInput) => client.emit(event),
    upsert: (objects: RawObjectInput | readonly RawObjectInput[]) => client.upsert(objects),
    query: (sql, params) => client.query(sql, params),
    flush: () => client.flush(),
    settle: (signal) => client.settle(signal),
    counts: () => client.counts(),
    close: () => (ended ??= end()),
  }
}
