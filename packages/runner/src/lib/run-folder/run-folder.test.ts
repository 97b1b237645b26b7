import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LONGEST_LINE, readLines } from '../logs/log-lines.ts'
import { createRunner } from '../create-runner.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { seal } from '../journal/hash-chain.ts'
import { writeRunFolder } from './run-folder.ts'
import { RUNNER_VERSION } from '../version.ts'
import { scriptedExecutor } from '../testing/scripted-executor.ts'

let workspace: string
beforeEach(() => (workspace = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-folder-')))))
afterEach(() => rmSync(workspace, { recursive: true, force: true }))

it('shows a run as files', async () => {
  const executor = scriptedExecutor({
    a: (attempt) => {
      attempt.context.set('a.x_v1', { n: 1 })
      writeFileSync(attempt.logPath, 'one\r\ntwo\n\xff')
      mkdirSync(attempt.artifactsDir, { recursive: true })
      writeFileSync(join(attempt.artifactsDir, 'report.md'), '# hi')
    },
  })
  const runner = await createRunner({ workspace, store: createMemoryStore(), clock: new FakeClock(), executors: [executor] })
  const plan = { lorc: 1 as const, name: 'demo', steps: [{ name: 'a', type: 'scripted', stage: 0 }] }
  const { runId, result } = await runner.start(plan, {
    recipe: { path: 'demo.yaml', sha256: 'ab' },
    seed: 42,
    request: { vat: 0.18 },
    origin: { type: 'schedule', recipe: 'demo.yaml', at: 0 },
    versions: { modules: { m: '2' } },
  })
  await result
  const folder = await runner.writeRunFolder(runId)
  expect(folder).toBe(join(workspace, 'runs', runId))
  expect(readdirSync(folder).sort()).toEqual(['artifacts', 'events.ndjson', 'logs.jsonl', 'results.json', 'run.json'])
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  expect(JSON.parse(read('run.json'))).toMatchObject({
    run_id: runId,
    status: 'completed',
    created_at: '2026-01-09T12:34:56.000Z',
    recipe: { path: 'demo.yaml' },
    seed: 42,
    time: '1970-01-01T00:00:00.000Z',
    request: { vat: 0.18 },
    origin: { type: 'schedule', recipe: 'demo.yaml', at: '1970-01-01T00:00:00.000Z' },
    versions: { runner: RUNNER_VERSION, node: process.versions.node, modules: { m: '2' } },
    packages: {},
    git: null,
    parent: null,
    imported_from: null,
    plan: { name: 'demo' },
    events: 5,
  })
  expect(JSON.parse(read('results.json'))).toMatchObject({
    context: { 'a.x_v1': { n: 1 } },
    steps: { a: { status: 'completed', metrics: { wall_ms: 0, exit_code: null }, started_at: '2026-01-09T12:34:56.000Z', artifacts: [{ path: `runs/${runId}/artifacts/a/report.md`, bytes: 4 }] } },
  })
  expect(read('events.ndjson').trimEnd().split('\n')).toHaveLength(5)
  const logs = read('logs.jsonl').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)
  expect(logs).toMatchObject([{ step: 'a', attempt: 1, text: 'one' }, { text: 'two' }, { text: 'ÿ' }])
  await runner.writeRunFolder(runId)
  expect(readdirSync(folder)).toHaveLength(5)
})

it('shows what its steps have printed, little or much, in the order of the attempts', async () => {
  const much = 'x'.repeat(40_000)
  const executor = scriptedExecutor({
    a: (attempt) => writeFileSync(attempt.logPath, 'one\r\n\ntwo'),
    b: (attempt) => writeFileSync(attempt.logPath, `${much}\n${much}\n`),
    c: () => undefined,
    d: () => ({ status: 'ok', outputs: null, log: ['three', 'four'] }),
    e: () => ({ status: 'ok', outputs: null, log: [] }),
  })
  const runner = await createRunner({ workspace, store: createMemoryStore(), clock: new FakeClock(), executors: [executor] })
  const run = async (...names: string[]) => {
    const steps = names.map((name, stage) => ({ name, type: 'scripted', stage }))
    const { runId, result } = await runner.start({ lorc: 1, name: 'demo', steps })
    await result
    const text = readFileSync(join(await runner.writeRunFolder(runId), 'logs.jsonl'), 'utf8')
    return text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as { step: string; text: string })
  }
  expect(await run('c')).toEqual([])
  expect(await run('c', 'a')).toEqual(['one', '', 'two'].map((text) => ({ step: 'a', attempt: 1, attempt_started_at: '2026-01-09T12:34:56.000Z', text })))
  const texts = async (...names: string[]): Promise<string[]> => (await run(...names)).map(({ text }) => text)
  expect(await texts('a', 'd')).toEqual(['one', '', 'two', 'three', 'four'])
  expect((await texts('a', 'b', 'd')).slice(-2)).toEqual(['three', 'four'])
  expect(await texts('e', 'd')).toEqual(['three', 'four'])
  expect((await run('a', 'b')).map(({ step, text }) => [step, text.length])).toEqual([['a', 3], ['a', 0], ['a', 3], ['b', 40_000], ['b', 40_000]])
})

it('shows of each step what the journal has of it, where several were under way at once', async () => {
  const bothBegun = Promise.withResolvers<void>()
  const executor = scriptedExecutor({
    a: () => bothBegun.promise.then(() => ({ status: 'ok', outputs: null, log: ['of a'] })),
    b: () => (bothBegun.resolve(), { status: 'ok', outputs: null, log: [] }),
  })
  const runner = await createRunner({ workspace, store: createMemoryStore(), clock: new FakeClock(), executors: [executor] })
  const { runId, result } = await runner.start({ lorc: 1, name: 'demo', steps: ['a', 'b'].map((name) => ({ name, type: 'scripted', stage: 0 })) })
  expect((await result).steps.map(({ log }) => log)).toEqual([['of a'], undefined])
  const text = readFileSync(join(await runner.writeRunFolder(runId), 'logs.jsonl'), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ step: 'a', text: 'of a' })
  await runner.close()
})

it('says that the folder cannot be written', async () => {
  const executor = scriptedExecutor({})
  const runner = await createRunner({ workspace, store: createMemoryStore(), clock: new FakeClock(), executors: [executor] })
  const plan = { lorc: 1 as const, name: 'demo', steps: [{ name: 'a', type: 'scripted', stage: 0 }] }
  const { runId, result } = await runner.start(plan)
  await result
  writeFileSync(join(workspace, 'runs'), '')
  await expect(runner.writeRunFolder(runId)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(/^Could not write the run folder ".*": E/) as string,
  })
  await runner.close()
})

it('reads lines without end, and bytes that are not text', async () => {
  const file = join(workspace, 'deep', 'x.log')
  mkdirSync(dirname(file))
  writeFileSync(file, Buffer.concat([Buffer.from('x'.repeat(LONGEST_LINE * 2 + 10)), Buffer.from([0x0a, 0xff, 0xc3, 0x0a])]))
  const lines: string[] = []
  for await (const chunk of readLines(file)) lines.push(...chunk)
  expect(lines.map((line) => line.length)).toEqual([LONGEST_LINE, LONGEST_LINE, 10, 2])
  expect(lines[3]).toBe('\uFFFD\uFFFD')
  const none: unknown[] = []
  for await (const chunk of readLines(join(workspace, 'no'))) none.push(chunk)
  expect(none).toEqual([])
  await expect(readLines(workspace).next()).rejects.toThrow('EISDIR')
})

it('reads a plan once, however many logs are asked for at once, and again after a failure', async () => {
  const store = createMemoryStore()
  const runner = await createRunner({ workspace, store, clock: new FakeClock(), executors: [scriptedExecutor({})] })
  const steps = ['a', 'b', 'c'].map((name) => ({ name, type: 'scripted', stage: 0 }))
  const { runId, result } = await runner.start({ lorc: 1, name: 'demo', steps })
  await result
  const readPlan = vi.spyOn(store, 'plan').mockRejectedValueOnce(new Error('disk'))
  await expect(runner.logPath(runId, 'a', 1)).rejects.toThrow('disk')
  const paths = await Promise.all(steps.map(({ name }) => runner.logPath(runId, name, 1)))
  expect(paths.map((path) => basename(path))).toEqual(['0000-a.1.log', '0001-b.1.log', '0002-c.1.log'])
  await runner.logPath(runId, 'c', 1)
  expect(readPlan).toHaveBeenCalledTimes(2)
  await runner.close()
})

it('is the same from what a run that has just ended still has of its journal, without reading that, unless it is long', async () => {
  const store = createMemoryStore()
  const reads: string[] = []
  const read: typeof store.read = (runId, from) => (reads.push(runId), store.read(runId, from))
  const executor = scriptedExecutor({ a: (attempt) => attempt.context.set('a.x_v1', 'x'.repeat(Number(attempt.scope().params['size']))) })
  const runner = await createRunner({ workspace, store: { ...store, read }, clock: new FakeClock(), executors: [executor] })
  const plan = { lorc: 1 as const, name: 'demo', steps: [{ name: 'a', type: 'scripted', stage: 0 }] }
  const written = async (folder: string): Promise<string[]> => readdirSync(folder).sort().map((name) => readFileSync(join(folder, name), 'utf8'))
  for (const [size, times] of [[10, 0], [40_000, 1]] as const) {
    const handle = await runner.start(plan, { params: { size, b: 1, a: 2 } })
    await handle.result
    reads.length = 0
    const first = await written(await runner.writeRunFolder(handle))
    expect(reads).toHaveLength(times)
    expect(await written(await runner.writeRunFolder(handle.runId))).toEqual(first)
  }
})

it('shows a run whose journal comes in one piece of more lines than a function can be given', async () => {
  const store = createMemoryStore()
  const runner = await createRunner({ workspace, store, clock: new FakeClock(), executors: [scriptedExecutor({})] })
  const { runId, result } = await runner.start({ lorc: 1, name: 'demo', steps: [{ name: 'a', type: 'scripted', stage: 0 }] })
  await result
  const lines: string[] = []
  for await (const chunk of store.read(runId)) lines.push(...chunk)
  let prev = (JSON.parse(lines.at(-1)!) as { hash: string }).hash
  while (lines.length < 150_000) {
    const { event, line } = seal({ type: 'step.waiting', step: 'a', group: 'g', limit: 1, holders: [] }, lines.length, 0, prev)
    lines.push(line)
    prev = event.hash
  }
  const source = { plan: store.plan, read: () => [lines] }
  const places = { runId, workspace, logs: join(workspace, 'logs'), artifacts: join(workspace, 'artifacts') }
  const folder = await writeRunFolder(source, places, join(workspace, 'folder'))
  expect(readFileSync(join(folder, 'events.ndjson'), 'utf8').split('\n')).toHaveLength(lines.length + 1)
})
