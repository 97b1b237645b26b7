import { EventEmitter } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRunner } from '../create-runner.ts'
import type { FolderJob } from './folder-job.ts'
import { FolderWriter } from './folder-writer.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { scriptedExecutor } from '../testing/scripted-executor.ts'

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

/** A thread that writes nothing by itself: it tells what it has, and how it is held. */
class IdleThread extends EventEmitter {
  readonly had: string[][] = []
  isHeld = true
  isTold = false

  postMessage(jobs: readonly FolderJob[]): void {
    this.had.push(jobs.map(({ folder }) => basename(folder)))
  }

  ref(): void {
    this.isHeld = true
  }

  unref(): void {
    this.isHeld = false
  }

  async terminate(): Promise<number> {
    this.isTold = true
    this.emit('exit', 1)
    return 1
  }

  /** It has written its first batch. */
  done(): void {
    this.emit('message', this.had.shift()!.map(() => null))
  }
}

/** A writer that writes as much here as it ever does at once, so that what comes next is for its thread. */
function busyWriter(job: (name: string) => FolderJob) {
  const thread = new IdleThread()
  const writer = new FolderWriter(() => ({ worker: thread as unknown as Worker, ended: () => Promise.resolve() }))
  const here = Promise.all(numbered(4).map((name) => writer.write(job(name))))
  const write = (...names: string[]): Promise<string[]> => Promise.all(names.map((name) => writer.write(job(name))))
  return { thread, writer, here, write }
}

/** What was to be done in this turn of the event loop has been. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `run_${n}`)

it('writes a few folders here, and many in one thread: the same files either way', async () => {
  const { job, files } = await run()
  expect(Object.keys(files)).toEqual(['events.ndjson', 'logs.jsonl', 'results.json', 'run.json'])
  const writer = new FolderWriter()
  const names = numbered(9)
  const writeAll = (some: readonly string[]): Promise<string[]> => Promise.all(some.map((name) => writer.write(job(name))))
  for (const few of [names.slice(0, 4), names.slice(4, 8)]) await writeAll(few)
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
  const writing = names.slice(0, 5).map((name) => writer.write(job(name)))
  const refused = expect(writer.write(job(join('..', 'file', 'x')))).rejects.toMatchObject({
    name: 'RunnerError',
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(/^Could not write the run folder ".*": ENOTDIR/) as string,
    fix: 'Check that the folder exists and may be written.',
  })
  await Promise.all([refused, ...writing, writer.write(job(names[5]!))])
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

it('hands the thread what comes in one turn together, and no more than two batches; what gathers meanwhile is the next', async () => {
  const { job } = await run()
  const { thread, here, write } = busyWriter(job)
  const all = [here, write('a', 'b')]
  await turn()
  all.push(write('c'))
  await turn()
  all.push(write('d'), write('e'))
  await turn()
  expect(thread).toMatchObject({ had: [['a', 'b'], ['c']], isHeld: true })
  thread.done()
  expect(thread.had).toEqual([['c'], ['d', 'e']])
  thread.done()
  expect(thread.isHeld).toBe(true)
  thread.done()
  expect(thread.isHeld).toBe(false)
  await Promise.all(all)
  const last = write('f')
  await turn()
  expect(thread).toMatchObject({ had: [['f']], isHeld: true })
  thread.done()
  expect(await last).toEqual([job('f').folder])
})

it('writes here what the thread was given and what had gathered for it when it was lost', async () => {
  const { job, files } = await run()
  const { thread, here, write } = busyWriter(job)
  const all = [here]
  for (const name of ['a', 'b', 'c']) {
    all.push(write(name))
    await turn()
  }
  thread.emit('exit', 1)
  await Promise.all(all)
  for (const name of ['a', 'b', 'c']) expect(filesOf(job(name).folder)).toEqual(files)
})

it('is closed once the thread has written what it was given and what had gathered for it; what comes meanwhile is written here', async () => {
  const { job, files } = await run()
  const { thread, writer, here, write } = busyWriter(job)
  const all = [here, write('a')]
  const closing = writer.close()
  await turn()
  all.push(write('b'))
  await turn()
  expect(thread).toMatchObject({ had: [['a']], isTold: false })
  thread.done()
  expect(thread.isTold).toBe(true)
  await closing
  await Promise.all(all)
  expect(filesOf(job('b').folder)).toEqual(files)
})

it('holds the end of its runner until the folders that it was handed are written, and ends its thread', async () => {
  const runner = await createRunner({ workspace: root, store: createMemoryStore(), clock: new FakeClock(), executors: [scriptedExecutor({})] })
  const handles = await Promise.all(numbered(8).map(() => runner.start({ lorc: 1, name: 'demo', steps: [{ name: 'a', type: 'scripted', stage: 0 }] })))
  await Promise.all(handles.map(({ result }) => result))
  const [first, ...others] = handles.map((handle) => runner.writeRunFolder(handle))
  await first
  await runner.close()
  for (const { runId } of handles.slice(4)) expect(existsSync(join(root, 'runs', runId, 'run.json'))).toBe(true)
  expect(threads.map(({ threadId }) => threadId)).toEqual([-1])
  await Promise.all(others)
})
