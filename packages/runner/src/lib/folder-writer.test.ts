import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RunHandle } from './api.ts'
import { sealPlan } from './define-plan.ts'
import { Driver } from './driver.ts'
import { FolderThread, type FolderOrder } from './folder-thread.ts'
import { FolderWriter, type KnownRun } from './folder-writer.ts'
import { createRunner } from './runner.ts'
import { createMemoryStore } from './stores/memory.ts'
import { scriptedExecutor } from './testing/scripted-executor.ts'

let workspace: string
beforeEach(() => (workspace = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-folders-')))))
afterEach(() => rmSync(workspace, { recursive: true, force: true }))

async function setup() {
  const store = createMemoryStore()
  const executor = scriptedExecutor({ a: (attempt) => writeFileSync(attempt.logPath, `of ${attempt.runId}\n`) })
  const runner = await createRunner({ workspace, store, executors: [executor] })
  const run = async (): Promise<RunHandle> => {
    const handle = await runner.start({ lorc: 1, name: 'demo', steps: [{ name: 'a', type: 'scripted', stage: 0 }] })
    await handle.result
    return handle
  }
  return { store, runner, run }
}

async function known(handle: RunHandle): Promise<KnownRun> {
  if (!(handle instanceof Driver)) throw new Error('It has no driver.')
  return { lines: handle.journal!, sealed: await sealPlan(handle.plan) }
}

const placesOf = (runId: string) => ({ runId, workspace, logs: join(workspace, '.lorc', 'logs', runId), artifacts: join(workspace, 'runs', runId, 'artifacts') })
const folderOf = (runId: string) => join(workspace, 'runs', runId)
const filesOf = (folder: string) => Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))

/** Stands for the thread, and notes what it is asked for. */
class NotedThread extends FolderThread {
  readonly asked: string[] = []
  readonly #does: boolean
  constructor(does = true) {
    super()
    this.#does = does
  }
  override write({ places }: FolderOrder): Promise<boolean> {
    this.asked.push(places.runId)
    return Promise.resolve(this.#does)
  }
}

it('writes folders that are asked for at once as it writes each alone', async () => {
  const { runner, run } = await setup()
  const handles = await Promise.all([run(), run(), run()])
  const folders = await Promise.all(handles.map((handle) => runner.writeRunFolder(handle)))
  const atOnce = folders.map(filesOf)
  expect(Object.keys(atOnce[2]!).sort()).toEqual(['events.ndjson', 'logs.jsonl', 'results.json', 'run.json'])
  expect(atOnce[2]!['logs.jsonl']).toContain(`of ${handles[2].runId}`)
  for (const [i, { runId }] of handles.entries()) {
    rmSync(folders[i]!, { recursive: true })
    expect(filesOf(await runner.writeRunFolder(runId))).toEqual(atOnce[i])
  }
  await runner.close()
})

it('asks the thread only where more than one is asked for, nothing of it has to be read, and it is not closed', async () => {
  const { store, run } = await setup()
  const thread = new NotedThread()
  const writer = new FolderWriter(store, thread)
  const [{ runId: first }, second] = [await run(), await run()]
  const write = async (runId: string, run?: KnownRun) => writer.write(placesOf(runId), folderOf(runId), run)
  const kept = await known(second)
  await write(second.runId, kept)
  await Promise.all([write(first), write(first)])
  expect(thread.asked).toEqual([])
  await Promise.all([write(first), write(second.runId, kept)])
  expect(thread.asked).toEqual([second.runId])
  await writer.close()
  await Promise.all([write(first), write(second.runId, kept)])
  expect(thread.asked).toHaveLength(1)
})

it('writes itself what the thread cannot, and tells why where that fails, too', async () => {
  const { store, run } = await setup()
  const handle = await run()
  const thread = new NotedThread(false)
  const writer = new FolderWriter(store, thread)
  const write = async (folder: string) => writer.write(placesOf(handle.runId), folder, await known(handle))
  const taken = join(workspace, 'taken')
  writeFileSync(taken, '')
  const [, done, failed] = await Promise.allSettled([write(join(workspace, 'x')), write(join(workspace, 'y')), write(join(taken, 'z'))])
  expect(thread.asked).toHaveLength(2)
  expect(done).toMatchObject({ status: 'fulfilled' })
  expect(Object.keys(filesOf(join(workspace, 'y')))).toHaveLength(4)
  expect(failed).toMatchObject({ reason: { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('run folder') as unknown } })
})

it('is told by a thread which folders it has written', async () => {
  const { run } = await setup()
  const handle = await run()
  const { lines, sealed } = await known(handle)
  const order = { places: placesOf(handle.runId), folder: folderOf(handle.runId), lines, plan: sealed.json }
  const taken = join(workspace, 'taken')
  writeFileSync(taken, '')
  const thread = new FolderThread()
  expect(await Promise.all([thread.write({ ...order, folder: join(taken, 'x') }), thread.write(order)])).toEqual([false, true])
  expect(JSON.parse(readFileSync(join(order.folder, 'run.json'), 'utf8'))).toMatchObject({ run_id: handle.runId, status: 'completed' })
  await thread.close()
})

it('is told when the thread has ended before it has written', async () => {
  const thread = new FolderThread(new URL('data:text/javascript,process.exit(1)'))
  const order = { places: placesOf('run_1'), folder: folderOf('run_1'), lines: [], plan: '{}' }
  expect(await Promise.all([thread.write(order), thread.write(order)])).toEqual([false, false])
  expect(await thread.write(order)).toBe(false)
  await thread.close()
})
