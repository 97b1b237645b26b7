import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEvents, type EventHub, type EventsOptions } from '@lorc/event-client'
import { eventSample } from '../../peers/event-sample.mjs'
import type { Contender, OpenOptions, Task } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'
import { peakMemory } from './peak-memory.ts'

const SERVER = fileURLToPath(new URL('./event-server-entry.ts', import.meta.url))

/** How often a count is asked for. */
const ASKED = 20

/**
 * Events through the client. Variants: `emit` into the embedded database; `counts` and `SQL`, counts by type of what is
 * there; `memory`, what a process of its own takes at most while it emits; `http`, through the outbox to a server in a
 * process of its own that acknowledges them.
 */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const contender = { version: lorcVersion, close: async () => {} }
  switch (variant) {
    case 'memory':
      return { ...contender, settings: '', tasks: { memory: peakMemory(scratch, () => Promise.resolve({})) } }
    case 'http':
      return { ...contender, ...(await delivering(scratch)) }
    case 'emit':
      return { ...contender, settings: 'sqlite sink, synced once at the end', tasks: { emit: (size) => fresh(scratch, {}, (hub) => emit(hub, size)) } }
    default:
      return { ...contender, ...(await counting(scratch, variant)) }
  }
}

/** In a folder of its own, with what is measured of it. */
async function fresh(scratch: string, options: EventsOptions, use: (hub: EventHub) => Promise<void>): ReturnType<Task> {
  const dir = mkdtempSync(join(scratch, 'events-'))
  const hub = await openEvents({ dir, ...options })
  const begin = performance.now()
  await use(hub)
  const measured = performance.now() - begin
  await hub.close()
  rmSync(dir, { recursive: true })
  return { measured }
}

async function emit(hub: EventHub, size: number): Promise<void> {
  const client = hub.client({ runId: 'run', step: 'step' })
  for (let n = 0; n < size; n += 1) client.emit(eventSample(n))
  await client.settle()
}

async function counting(scratch: string, variant: string): Promise<Pick<Contender, 'settings' | 'tasks' | 'close'>> {
  const hub = await openEvents({ dir: scratch })
  const ask = async (): Promise<number> => {
    if (variant === 'counts') return Object.keys(hub.counts().byType).length
    return (await hub.query('SELECT event_type, COUNT(*) AS count FROM events GROUP BY event_type')).length
  }
  let ready = 0
  return {
    settings: variant === 'counts' ? '`hub.counts()`' : '`SELECT event_type, COUNT(*) FROM events GROUP BY event_type`',
    tasks: {
      async count(size) {
        if (ready !== size) await emit(hub, size)
        ready = size
        const begin = performance.now()
        for (let n = 0; n < ASKED; n += 1) if ((await ask()) !== 5) throw new Error('There are five types.')
        return { measured: (performance.now() - begin) / ASKED }
      },
    },
    close: () => hub.close(),
  }
}

async function delivering(scratch: string): Promise<Pick<Contender, 'settings' | 'tasks' | 'close'>> {
  const server: ChildProcess = fork(SERVER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [port] = (await once(server, 'message')) as [number]
  return {
    settings: 'sink http, batches of 500',
    tasks: {
      deliver: (size, { latencyMs = 0 }) =>
        fresh(scratch, { sink: 'http', url: `http://127.0.0.1:${port}/${latencyMs}` }, (hub) => emit(hub, size)),
    },
    async close() {
      server.kill()
    },
  }
}
