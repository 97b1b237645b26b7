import { join, resolve } from 'node:path'
import { EventError } from './errors.ts'
import type { ClientOptions, EventHub, OwnedEventClient } from './event-client.ts'
import { Hub } from './event-hub.ts'
import type { EventsOptions } from './events-options.ts'
import { IN_MEMORY } from './local/local-database.ts'
import { LocalPlace } from './local/local-place.ts'
import { openSink } from './sinks/open-sink.ts'

/**
 * Opens the events of this process: no file is touched before something is emitted or asked for. Rejects with EventError
 * EVENTS_OPTION_INVALID.
 */
export async function openEvents(options: EventsOptions = {}): Promise<EventHub> {
  const { namespace, dir = '.lorc' } = options
  if (namespace !== undefined && !/^[a-z0-9_]{1,64}$/.test(namespace)) {
    throw new EventError('EVENTS_OPTION_INVALID', `The namespace ${JSON.stringify(namespace)} is no name.`, {
      fix: 'Use lower case letters, digits and _, at most 64 of them.',
    })
  }
  const sink = await openSink(options, resolve(dir))
  return new Hub(new LocalPlace(fileOf(options, resolve(dir))), sink, options)
}

function fileOf({ sink = 'sqlite', path, namespace }: EventsOptions, dir: string): string {
  if (sink === 'memory') return IN_MEMORY
  if (namespace !== undefined) return join(dir, `smoke_${namespace}.db`)
  return sink === 'sqlite' && path !== undefined ? resolve(path) : join(dir, 'events.db')
}

/** For any program: one client, with all that is behind it. Throws as `openEvents` does. */
export async function createEventClient(options: EventsOptions & ClientOptions = {}): Promise<OwnedEventClient> {
  const hub = await openEvents(options)
  const client = hub.client(options)
  const close = async (): Promise<void> => {
    try {
      await client.settle(options.signal)
    } finally {
      await hub.close()
    }
  }
  return {
    emit: (event) => client.emit(event),
    upsert: (objects) => client.upsert(objects),
    query: (sql, params) => client.query(sql, params),
    flush: () => client.flush(),
    settle: (signal) => client.settle(signal),
    counts: () => client.counts(),
    close,
  }
}
