import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createFilesStore, createRunner, createSqliteStore, type RunStore } from '@lorc/runner'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Workspace } from './lorc.fixture.ts'

const RUNS = 230

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.make({})
})
afterEach(() => workspace.remove())

const at = (...names: string[]): string => join(workspace.folder, ...names)
const names = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : [])

async function open(kind: string): Promise<RunStore> {
  return kind === 'sqlite'
    ? createSqliteStore({ file: at('.lorc', 'lorc.db'), durability: 'process' })
    : createFilesStore({ dir: at('.lorc', 'journals'), durability: 'process' })
}

/** Many runs that have ended, each with its folder and a log. */
async function fill(kind: string): Promise<void> {
  const store = await open(kind)
  const execute = async () => ({ status: 'ok' as const, outputs: null })
  const runner = await createRunner({ workspace: workspace.folder, store, executors: [{ types: ['x'], execute, close: async () => {} }] })
  for (let i = 0; i < RUNS; i++) {
    const { result } = await runner.start({ lorc: 1, name: 'demo', steps: [{ name: 'a', type: 'x', stage: 0 }] })
    const { runId } = await result
    await runner.writeRunFolder(runId)
    await workspace.write(`.lorc/logs/${runId}/a.log`, 'text')
  }
  await runner.close()
  await store.close()
}

/** Throws unless each run that is kept is kept as a whole; returns how many there are. */
async function wholeRuns(kind: string): Promise<number> {
  const store = await open(kind)
  const runner = await createRunner({ workspace: workspace.folder, store })
  try {
    const kept = await store.list({ limit: 1000 })
    for (const { runId } of kept) {
      expect(await runner.verify(runId)).toMatchObject({ ok: true })
      expect([existsSync(at('runs', runId, 'run.json')), existsSync(at('.lorc', 'logs', runId, 'a.log'))]).toEqual([true, true])
      expect((await store.attempts({ runId })).length).toBe(1)
    }
    return kept.length
  } finally {
    await runner.close()
    await store.close()
  }
}

it.each(['sqlite', 'files'])('a prune that is killed leaves no half of a run (%s)', async (kind) => {
  await workspace.write('lorc.config.yaml', `store: ${kind}\ndurability: process\n`)
  await fill(kind)
  let kills = 0
  for (let kept = RUNS; kept > 2 && kills < 4; kills++) {
    const prune = workspace.start(['runs', 'prune', '--keep-last', '2'])
    const ended = prune.ended.then(() => true)
    // It has noted what it is about to remove, or has moved it aside.
    while (names(at('.lorc', 'removing')).length === 0 && !(await Promise.race([ended, nextTurn()])));
    for (let turns = kills * 3; turns > 0; turns--) await nextTurn()
    prune.kill('SIGKILL')
    await ended
    kept = await wholeRuns(kind)
  }
  expect(await workspace.lorc(['runs', 'prune', '--keep-last', '2'])).toMatchObject({ exit: 0, stderr: expect.anything() as string })
  expect(await wholeRuns(kind)).toBe(2)
  expect([names(at('runs')).length, names(at('.lorc', 'logs')).length, names(at('.lorc', 'removing'))]).toEqual([2, 2, []])
})

function nextTurn(): Promise<false> {
  return new Promise((resolve) => setImmediate(() => resolve(false)))
}
