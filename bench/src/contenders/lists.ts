import { join } from 'node:path'
import { createRunner, createSqliteStore, definePlan } from '@lorc/runner'
import { crowd } from '../../peers/crowd.mjs'
import type { Contender, OpenOptions, Task } from '../harness/contender.ts'
import { httpCrowd } from './http-crowd.ts'
import { lorcVersion } from './lorc-version.ts'
import { serveLorc, serveRows, type Served } from './served.ts'

const KEPT = 100_000
const WARM = 200
const ASKED = 2000

interface Filled {
  service: Served
  /** One in the middle of them. */
  runId: string
}

/**
 * Looking at runs over HTTP where 100,000 are kept: what 99 of 100 requests take at most. Variants: `lorc serve`, and
 * `fastify`, which selects rows.
 */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const isLorc = variant === 'lorc serve'
  const { service, runId } = isLorc ? await lorcWithRuns(scratch) : await rows(scratch)
  const slowest =
    (path: string): Task =>
    async (_, { atOnce }) => {
      const ask = { method: 'GET', url: service.url + path, status: 200 } as const
      await httpCrowd(ask, { times: WARM, atOnce: Number(atOnce) })
      const took = await httpCrowd(ask, { times: ASKED, atOnce: Number(atOnce) })
      return { measured: took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)]! }
    }
  return {
    version: isLorc ? lorcVersion : '',
    settings: isLorc ? 'SQLite store, `power`; pages of 50 runs' : 'node:sqlite; pages of 50 rows',
    tasks: { list: slowest('/runs'), show: slowest(`/runs/${runId}`) },
    close: () => service.stop(),
  }
}

async function lorcWithRuns(workspace: string): Promise<Filled> {
  const store = await createSqliteStore({ file: join(workspace, '.lorc', 'lorc.db'), durability: 'process' })
  const executor = { types: ['fill'], execute: () => ({ status: 'ok', outputs: null }) as const, close: () => Promise.resolve() }
  const runner = await createRunner({ workspace, store, executors: [executor] })
  const plan = definePlan({ lorc: 1, name: 'kept', steps: [{ name: 'only', type: 'fill', stage: 0 }] })
  const ids: string[] = []
  await crowd(KEPT, 200, async () => {
    const { runId, result } = await runner.start(plan)
    await result
    ids.push(runId)
  })
  await runner.close()
  await store.close()
  return { service: await serveLorc(workspace), runId: ids[KEPT / 2]! }
}

async function rows(folder: string): Promise<Filled> {
  const service = await serveRows(folder, KEPT)
  const page = (await (await fetch(`${service.url}/runs`)).json()) as { items: { run_id: string }[] }
  return { service, runId: page.items[0]!.run_id }
}
