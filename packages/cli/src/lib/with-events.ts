import type { EventHub, EventsOptions } from '@lorc/event-client'
import type { Surroundings } from './command-line/command.ts'
import { eventsOptions, type GivenEvents } from './events-options.ts'

/** Lets `work` use the events of the workspace, and closes them whatever happens. */
export async function withEvents<T>(
  { io, workspace, options }: Surroundings & { options: GivenEvents },
  work: (hub: EventHub) => Promise<T>,
  more: Pick<EventsOptions, 'maximumBytesBilled' | 'onEstimate' | 'patienceMs'> = {},
): Promise<T> {
  const settings = eventsOptions(await workspace(), io.env, options)
  const { openEvents } = await import('@lorc/event-client')
  const hub = await openEvents({ ...settings, ...more, clock: { now: () => io.now() } })
  try {
    return await work(hub)
  } finally {
    await hub.close()
  }
}
