import { join, resolve } from 'node:path'
import { checkOptions } from './check-options.ts'
import type { EventHub } from './event-client.ts'
import { Hub } from './event-hub.ts'
import type { EventsOptions } from './events-options.ts'
import { IN_MEMORY } from './local/local-database.ts'
import { LocalPlace } from './local/local-place.ts'
import { openSink } from './sinks/open-sink.ts'
import { checkNamespace } from './smoke-namespace.ts'

/** As `openEvents`, which loads this when it is called. */
export async function openHub(options: EventsOptions, more?: Parameters<typeof checkOptions>[1]): Promise<EventHub> {
  checkOptions(options, more)
  const { namespace, dir = '.lorc' } = options
  if (namespace !== undefined) checkNamespace(namespace)
  const sink = await openSink(options, resolve(dir))
  return new Hub(new LocalPlace(fileOf(options, resolve(dir))), sink, options)
}

function fileOf({ sink = 'sqlite', path, namespace }: EventsOptions, dir: string): string {
  if (sink === 'memory') return IN_MEMORY
  if (namespace !== undefined) return join(dir, `smoke_${namespace}.db`)
  return sink === 'sqlite' && path !== undefined ? resolve(path) : join(dir, 'events.db')
}
