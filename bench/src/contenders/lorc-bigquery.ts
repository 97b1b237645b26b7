import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { openEvents, type EventsOptions } from '@lorc/event-client'
import { eventSample } from '../../peers/event-sample.mjs'
import type { Contender, OpenOptions } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'
import { peakMemory } from './peak-memory.ts'

/** Checks one request in `SAMPLE` against the types of BigQuery's client, with its rows, and keeps these in SQLite. */
const SERVER = fileURLToPath(new URL('../../../packages/event-client/test/bigquery/serve.ts', import.meta.url))

/** So that it is not the server that is measured. The tests have it check all. */
const SAMPLE = '20'

/**
 * Events through the client and the outbox to BigQuery's contract server, in a process of its own. Task `memory`: what a process
 * takes at most that emits them.
 */
export async function open({ scratch }: OpenOptions): Promise<Contender> {
  const servers = new Map<number, Promise<Server>>()
  const serverOf = (latencyMs: number): Promise<Server> => {
    const server = servers.get(latencyMs) ?? serve(latencyMs)
    servers.set(latencyMs, server)
    return server
  }
  return {
    version: lorcVersion,
    settings: 'sink bigquery, the real client, batches of 2,000, 4 requests at once; to the contract server, over HTTP',
    tasks: {
      async deliver(size, { latencyMs = 0 }) {
        return deliver(scratch, await placeIn(serverOf(Number(latencyMs))), size)
      },
      memory: peakMemory(scratch, () => placeIn(serverOf(0))),
    },
    async close() {
      for (const server of servers.values()) (await server).process.stdin?.end()
    },
  }
}

interface Server {
  process: ChildProcess
  endpoint: string
}

async function serve(latencyMs: number): Promise<Server> {
  const process = spawn(execPath, [SERVER, String(latencyMs), SAMPLE], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(process.stdout, 'data')) as [Buffer]
  return { process, endpoint: String(line).trim() }
}

let datasets = 0

/** A dataset that nobody else has. */
async function placeIn(server: Promise<Server>): Promise<EventsOptions> {
  return { sink: 'bigquery', project: 'bench-project', dataset: `d${(datasets += 1)}`, endpoint: (await server).endpoint }
}

async function deliver(scratch: string, place: EventsOptions, size: number): Promise<{ measured: number }> {
  const dir = mkdtempSync(join(scratch, 'bigquery-'))
  const hub = await openEvents({ dir, ...place })
  await hub.setup({ dryRun: false })
  const begin = performance.now()
  const client = hub.client({ runId: 'run', step: 'step' })
  for (let n = 0; n < size; n += 1) client.emit(eventSample(n))
  await client.settle()
  const measured = performance.now() - begin
  if (hub.counts().delivered !== size) throw new Error(`Of ${size} events ${hub.counts().delivered} were delivered.`)
  await hub.close()
  rmSync(dir, { recursive: true })
  return { measured }
}
