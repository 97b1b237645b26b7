import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRunner } from './create-runner.ts'
import type { FolderJob } from './folder-job.ts'
import { FolderWriter } from './folder-writer.ts'
import { createMemoryStore } from './stores/memory.ts'
import { FakeClock } from './testing/fake-clock.ts'
import { scriptedExecutor } from './testing/scripted-executor.ts'

let root: string
let threads: Worker[]
const started = (thread: Worker): void => void threads.push(thread)
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lorc-folders-'))
  threads = []
  process.on('worker', started)
})
afterEach(() => {
  process.off('worker', started)
  rmSync(root, { recursive: true, force: true })
})

/** The folder of a run, and what it takes to write it elsewhere. */
async function run() {
  const store = createMemoryStore()
  const executor = scriptedExecutor({ a: (attempt) => writeFileSync(attempt.logPath, 'one\ntwo\n') })
  const runner = await createRunner({ workspace: root, store, clock: new FakeClock(), executors: [executor] })
  const { runId, result } = await runner.start({ lorc: 1, name: 'demo', steps: [{ name: 'a', type: 'scripted', stage: 0 }] })
  await result
  const written = await runner.writeRunFolder(runId)
  const lines: string[] = []
  for await (const chunk of store.read(runId)) lines.push(...chunk)
  const plan = (await store.plan((await store.get(runId))!.planHash))!
  await runner.close()
  const places = { runId, workspace: root, logs: join(root, '.lorc', 'logs', runId), artifacts: join(written, 'artifacts') }
  const job = (name: string): FolderJob => ({ places, folder: join(root, 'runs', name), lines, plan })
  return { job, files: filesOf(written) }
}

const filesOf = (folder: string): { [name: string]: string } =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))

const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `run_${n}`)

it('writes a few folders here, and many in one thread: the same files either way', async () => {
  const { job, files } = await run()
  expect(Object.keys(files)).toEqual(['events.ndjson', 'logs.jsonl', 'results.json', 'run.json'])
  const writer = new FolderWriter()
  const names = numbered(9)
  const writeAll = (some: readonly string[]): Promise<string[]> => Promise.all(some.map((name) => writer.write(job(name))))
  await writeAll(names.slice(0, 4))
  expect(threads).toHaveLength(0)
  const folders = await writeAll(names)
  expect(folders).toEqual(names.map((name) => join(root, 'runs', name)))
  for (const folder of folders) expect(filesOf(folder)).toEqual(files)
  await writer.close()
  expect(threads).toHaveLength(1)
})

it('tells which folder the thread could not write, and goes on with the others', async () => {
  const { job, files } = await run()
  const writer = new FolderWriter()
  writeFileSync(join(root, 'file'), '')
  const names = numbered(6)
  const writing = names.map((name) => writer.write(job(name)))
  await expect(writer.write(job(join('..', 'file', 'x')))).rejects.toMatchObject({
    name: 'RunnerError',
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(/^Could not write the run folder ".*": ENOTDIR/) as string,
    fix: 'Check that the folder exists and may be written.',
  })
  await Promise.all(writing)
  expect(threads).toHaveLength(1)
  for (const name of names) expect(filesOf(join(root, 'runs', name))).toEqual(files)
  await writer.close()
})

it('writes what the thread leaves when it ends, and all that comes after it was closed', async () => {
  const { job, files } = await run()
  const writer = new FolderWriter()
  const names = numbered(8)
  const writing = names.map((name) => writer.write(job(name)))
  await new Promise((resolve) => process.once('worker', resolve))
  await threads[0]!.terminate()
  await Promise.all(writing)
  for (const name of names) expect(filesOf(join(root, 'runs', name))).toEqual(files)
  const later = numbered(6).map((name) => `later_${name}`)
  await Promise.all(later.map((name) => writer.write(job(name))))
  const closing = writer.close()
  await Promise.all([closing, writer.write(job('last')), writer.close()])
  for (const name of [...later, 'last']) expect(filesOf(join(root, 'runs', name))).toEqual(files)
  expect(threads).toHaveLength(1)
})
