import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Workspace } from './lorc.fixture.ts'

const RECIPE = `
name: write
params:
  n: { type: integer }
steps:
  - { name: first, type: node, module: steps.ts, function: first }
  - { name: second, type: node, module: steps.ts, function: second }
`
const STUCK = `
name: stuck
steps:
  - { name: stuck, type: node, module: steps.ts, function: stuck }
`
/** Each run's second step writes a line; a step takes a few milliseconds. */
const STEPS = `
import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export async function first() { await setTimeout(5) }
export async function second(ctx, params, step) {
  await setTimeout(5)
  appendFileSync('done.txt', step.runId + '\\n')
}
export async function stuck() { await setTimeout(600_000) }
`

interface Run {
  run_id: string
  status: string
}

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.make({ 'recipes/write.yaml': RECIPE, 'recipes/stuck.yaml': STUCK, 'steps.ts': STEPS, 'lorc.config.yaml': 'server: { limits: { driven: 4 } }' })
})
afterEach(() => workspace.remove())

async function runs(url: string, query: string): Promise<Run[]> {
  const found: Run[] = []
  for (let cursor = ''; ; ) {
    const page = (await (await fetch(`${url}/runs?limit=500&${query}${cursor}`)).json()) as { items: Run[]; next_cursor: string | null }
    found.push(...page.items)
    if (page.next_cursor === null) return found
    cursor = `&cursor=${page.next_cursor}`
  }
}

async function untilAllEnded(url: string): Promise<Run[]> {
  for (;;) {
    if ((await runs(url, 'status=running')).length === 0) return runs(url, '')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('a server', () => {
  it('stops at a durable point when it is asked to, and goes on from there', async () => {
    const { url: first, server } = await workspace.serve()
    const asked = Array.from({ length: 30 }, (_, n) =>
      fetch(`${first}/recipes/write/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ params: { n } }) }),
    )
    const taken = await Promise.all((await Promise.all(asked)).map(async (answer) => ((await answer.json()) as Run).run_id))
    server.kill('SIGTERM')
    expect(await server.ended).toMatchObject({ exit: 0, signal: null })
    const before = existsSync(join(workspace.folder, 'done.txt')) ? readFileSync(join(workspace.folder, 'done.txt'), 'utf8').trim().split('\n') : []
    expect(before.length).toBeLessThan(30)
    const { url: second } = await workspace.serve()
    const ended = await untilAllEnded(second)
    expect(ended.map((run) => run.status)).toEqual(taken.map(() => 'completed'))
    const written = readFileSync(join(workspace.folder, 'done.txt'), 'utf8').trim().split('\n')
    // No step was cut off: each ran once.
    expect(written.sort()).toEqual(taken.sort())
  })

  it('ends in time though a step in its process cannot be ended, and leaves the run to the next start', async () => {
    await workspace.write('lorc.config.yaml', 'server: { stopSec: 0 }\ngraceSec: 0.1\n')
    const { url, server } = await workspace.serve()
    const { run_id: id } = (await (await fetch(`${url}/recipes/stuck/runs`, { method: 'POST' })).json()) as Run
    const status = async (at: string): Promise<object> => (await (await fetch(`${at}/runs/${id}`)).json()) as object
    await expect.poll(() => status(url)).toMatchObject({ steps: [{ status: 'running' }] })
    server.kill('SIGTERM')
    expect(await server.ended).toMatchObject({ exit: 0, signal: null })
    const again = await workspace.serve()
    await expect.poll(() => status(again.url)).toMatchObject({ status: 'running', abandoned: false })
  })
})
