import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender, OpenOptions, Task } from '../harness/contender.ts'
import { httpCrowd } from './http-crowd.ts'
import { lorcVersion } from './lorc-version.ts'
import { serveLorc, serveRows } from './served.ts'

const RECIPE = `name: one
params:
  n: { type: integer, default: 0 }
steps:
  - name: a
    type: node
    module: step.mjs
    function: run
`
const BODY = JSON.stringify({ params: { n: 7 } })
const LOOK_MS = 50

/**
 * Runs that are asked for over HTTP and durable before the answer. Variants: `lorc serve`, which then runs them, and `fastify`,
 * which inserts a row.
 */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const isLorc = variant === 'lorc serve'
  if (isLorc) writeWorkspace(scratch)
  const service = isLorc ? await serveLorc(scratch) : await serveRows(scratch, 0)
  const ask = { method: 'POST', url: `${service.url}/recipes/one/runs`, body: BODY, status: 202 } as const
  const ended = async (): Promise<void> => {
    if (isLorc) await untilEnded(service.url)
  }
  const accept = (size: number, atOnce: unknown): Promise<number[]> => httpCrowd(ask, { times: size, atOnce: Number(atOnce) })
  const accepted: Task = async (size, { atOnce }) => {
    const begin = performance.now()
    await accept(size, atOnce)
    const measured = performance.now() - begin
    // What one has taken in is not to be run while another is measured.
    await ended()
    return { measured }
  }
  const run: Task = async (size, { atOnce }) => {
    await accept(size, atOnce)
    await ended()
  }
  return {
    version: isLorc ? lorcVersion : '',
    settings: isLorc
      ? 'SQLite store, `power` (WAL, synchronous FULL); the recipe has one Node step that does nothing'
      : 'node:sqlite, WAL, synchronous FULL, one row in one transaction a request; JSON schemas for request and answer',
    tasks: { accept: accepted, run },
    close: () => service.stop(),
  }
}

function writeWorkspace(folder: string): void {
  mkdirSync(join(folder, 'recipes'))
  writeFileSync(join(folder, 'recipes', 'one.yaml'), RECIPE)
  writeFileSync(join(folder, 'step.mjs'), 'export function run() {}\n')
}

/** Resolves when no run is driven or waits. Rejects where one has not completed. */
async function untilEnded(url: string): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text()
    const value = (name: string): number => Number(new RegExp(`^${name}(?:{[^}]*})? (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
    if (/lorc_runs_ended_total\{status="(?!completed)/.test(text)) throw new Error('A run has not completed.')
    if (value('lorc_runs_driven') + value('lorc_runs_waiting') === 0) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}
