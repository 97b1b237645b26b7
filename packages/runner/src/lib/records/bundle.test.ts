import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Runner } from '../api.ts'
import type { JobPort } from '../job-port.ts'
import { RunWorld, scriptedPlan } from '../run-world.fixture.ts'
import type { Script } from '../testing/scripted-executor.ts'
import { openBundle } from './bundle.ts'
import { writeBundle } from './bundle-writer.ts'
import { readRunRecord } from './run-record.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const at = (...names: string[]): string => join(world.workspace, ...names)
const BIG = Buffer.alloc(500_000, 'ab')

const write: Script = ({ artifactsDir, logPath, context }) => {
  mkdirSync(join(artifactsDir, 'deep'), { recursive: true })
  writeFileSync(join(artifactsDir, 'deep/big.bin'), BIG)
  writeFileSync(join(artifactsDir, 'empty.txt'), '')
  writeFileSync(logPath, 'a line\n')
  context.set('x.n_v1', { 'a b': 1, '2': 0.5 })
}

const inner = { ...scriptedPlan({ name: 'deep' }), name: 'inner' }
const plan = scriptedPlan({ name: 'write', type: 'scripted' }, { name: 'sub', type: 'recipe', recipe: { plan: inner } })

async function bundled(scripts: Record<string, Script> = { write }, before: (runner: Runner, runId: string) => unknown = () => undefined) {
  const runner = await world.runner(scripts)
  const { runId, result } = await runner.start(plan, { params: {}, seed: 3 })
  await result
  await before(runner, runId)
  const file = at('run.lorc.gz')
  const written = await writeBundle({ store: world.store, workspace: world.workspace, logPath: (id, step, n) => runner.logPath(id, step, n), versions: { lorc: '1' } }, runId, file)
  await runner.close()
  return { runId, file, written }
}

const open = (file: string) => openBundle(file, at('unpacked'))

it('holds a run with its journal, plan, files, logs, and the runs of its steps', async () => {
  const { runId, file, written } = await bundled()
  expect(written).toMatchObject({ runs: 2, files: 4, missing: [] })
  const bundle = await open(file)
  expect(bundle).toMatchObject({ runId, name: 'demo', writtenBy: { lorc: '1' }, missing: [] })
  expect(bundle.sha256).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'))
  const [child] = await world.store.list({ name: 'inner' })
  expect(bundle.runIds).toEqual([runId, child!.runId])
  for (const id of bundle.runIds) expect(await readRunRecord(bundle, id)).toEqual(await readRunRecord(world.store, id))
  const big = bundle.file('artifact', `runs/${runId}/artifacts/write/deep/big.bin`)!
  expect(readFileSync(big.place).equals(BIG)).toBe(true)
  expect(bundle.files.map(({ role, path, bytes }) => [role, path, bytes]).slice(1)).toEqual([
    ['artifact', `runs/${runId}/artifacts/write/empty.txt`, 0],
    ['log', '0000-write.1.log', 7],
    ['log', '0001-sub.1.log', expect.any(Number)],
  ])
  await expect(readRunRecord(bundle, 'run_no')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
})

it('tells people without lorc what came of the run', async () => {
  const { runId, file } = await bundled()
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines[0]).toMatchObject({ type: 'bundle', version: 1, run_id: runId, created_at: '2026-01-09T12:34:56.000Z' })
  expect(lines[1]).toMatchObject({ type: 'run', run_id: runId, parent: null, status: 'completed', params: {}, context: { 'x.n_v1': { 'a b': 1 } } })
  expect(lines.filter(({ type }) => type === 'data')).toHaveLength(5)
  expect(lines.at(-1)).toMatchObject({ type: 'end', lines: lines.length - 1 })
})

it('names the files that it could not hold', async () => {
  const { written, file } = await bundled({ write }, (_, runId) => {
    rmSync(at('runs', runId, 'artifacts/write/empty.txt'))
    writeFileSync(at('runs', runId, 'artifacts/write/deep/big.bin'), 'other')
  })
  expect(written.missing).toMatchObject([{ why: 'changed' }, { why: 'gone' }])
  expect((await open(file)).missing).toEqual(written.missing)
})

it('holds code that is as it was, and names what lies outside', async () => {
  mkdirSync(at('w'))
  writeFileSync(at('shared.ts'), 'export const one = 1')
  writeFileSync(at('w/step.ts'), "import { one } from '../shared.ts'\nexport default () => one")
  const runner = await world.runner({}, { workspace: at('w'), allow: [world.workspace], executors: [{ types: ['node'], execute: () => ({ status: 'ok', outputs: null }), close: async () => undefined }] })
  const { runId, result } = await runner.start(scriptedPlan({ name: 'a', type: 'node', module: 'step.ts' }))
  await result
  const { missing } = await writeBundle({ store: world.store, workspace: at('w'), logPath: (id, step, n) => runner.logPath(id, step, n) }, runId, at('b'))
  await runner.close()
  expect(missing).toMatchObject([{ role: 'code', path: '../shared.ts', why: 'outside' }])
  const { files } = await open(at('b'))
  expect(files.map(({ role, path }) => [role, path])).toEqual([['code', 'step.ts']])
})

it('holds what declares the jobs of the workspace itself, also where nothing of the kind was imported', async () => {
  mkdirSync(at('w/packages/mail/src'), { recursive: true })
  for (const path of ['package.json', 'pnpm-workspace.yaml', 'packages/mail/package.json', 'packages/mail/src/send.ts']) writeFileSync(at('w', path), `// ${path}`)
  const none = (): Promise<never> => Promise.reject(new Error('none'))
  const jobs: JobPort = {
    locate: (name, job) => ({ file: at('w/packages/mail/src/send.ts'), export: job, package: name, version: '1.0.0', label: `${name}/${job}` }),
    events: none,
    elsewhere: none,
    bigquery: none,
    logging: { level: 'info', format: 'text' },
  }
  const runner = await world.runner({}, { workspace: at('w'), jobs, executors: [{ types: ['job'], execute: () => ({ status: 'ok', outputs: null }), close: async () => undefined }] })
  const { runId, result } = await runner.start(scriptedPlan({ name: 'a', type: 'job', job: { package: 'mail', name: 'send' } }))
  await result
  const { missing } = await writeBundle({ store: world.store, workspace: at('w'), logPath: (id, step, n) => runner.logPath(id, step, n) }, runId, at('b'))
  await runner.close()
  const { files } = await open(at('b'))
  expect([missing, files.map(({ path }) => path).sort()]).toEqual([[], ['package.json', 'packages/mail/package.json', 'packages/mail/src/send.ts', 'pnpm-workspace.yaml']])
  expect(files.every(({ role }) => role === 'code')).toBe(true)
})

describe('a file that is not a whole bundle', () => {
  type Line = Record<string, unknown>
  const end = (lines: readonly string[]): string =>
    JSON.stringify({ type: 'end', lines: lines.length, sha256: createHash('sha256').update(lines.map((line) => `${line}\n`).join('')).digest('hex') })

  /** Changes lines; the end tells of them as they are then. */
  async function forged(change: (lines: Line[]) => Line[]): Promise<string> {
    const { file } = await bundled()
    const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line)
    const texts = change(lines).map((line) => JSON.stringify(line))
    writeFileSync(file, gzipSync(`${[...texts, end(texts)].join('\n')}\n`))
    return file
  }
  const set = (type: string, change: (line: Line) => Line) => (lines: Line[]) => {
    const first = lines.findIndex((line) => line['type'] === type)
    return lines.map((line, i) => (i === first ? change(line) : line))
  }
  const without = (type: string) => (lines: Line[]) => lines.filter((line) => line['type'] !== type)

  it('is read as it is where nothing was changed', async () => {
    expect((await open(await forged((lines) => lines))).runIds).toHaveLength(2)
  })

  it.each<[string, (lines: Line[]) => Line[], RegExp]>([
    ['an event', set('events', (line) => ({ ...line, events: (line['events'] as Line[]).map((event, i) => (i === 1 ? { ...event, pid: 1 } : event)) })), /journal of run_\S+ is broken at event 1: its hash/],
    ['a plan', set('plan', (line) => ({ ...line, plan: { ...(line['plan'] as Line), name: 'x' } })), /has another hash/],
    ['no plan', without('plan'), /does not hold the plan of/],
    ['a file', set('data', () => ({ type: 'data', base64: Buffer.alloc(192 * 1024, 'x').toString('base64') })), /big\.bin" has another hash/],
    ['half a file', without('data'), /big\.bin" is not whole/],
    ['more of a file', (lines) => [...lines, { type: 'data', base64: 'AAAA' }], /more of a file/],
    ['events of no run', without('run'), /come before that run/],
    ['another run', set('bundle', (line) => ({ ...line, run_id: 'run_x' })), /does not hold the run run_x/],
    ['the journal of another', (lines) => {
      const ids = lines.filter(({ type }) => type === 'run').map((line) => line['run_id'])
      const heads = lines.filter(({ type }) => type === 'bundle' || type === 'run')
      return [...heads, ...lines.filter((line) => !heads.includes(line))].map((line) => (line['type'] === 'events' ? { ...line, run_id: ids[line['run_id'] === ids[0] ? 1 : 0] } : line))
    }, /journal of run_\S+ is another's/],
    ['an unknown line', (lines) => [...lines, { type: 'link', to: '/etc/passwd' }], /line \d+ is not a line of a bundle/],
    ['a second head', (lines) => [...lines, lines[0]!], /line \d+ is not a line of a bundle\./],
    ['a wrong field', set('file', (line) => ({ ...line, bytes: -1 })), /not a line of a bundle \(bytes: /],
  ])('with %s changed', async (_, change, why) => {
    await expect(open(await forged(change))).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED', message: expect.stringMatching(why) as string })
  })

  it('cut short, empty, with more behind its end, with a changed line', async () => {
    const { file } = await bundled()
    const whole = gunzipSync(readFileSync(file)).toString()
    const lines = whole.trimEnd().split('\n')
    const cases: [Buffer, RegExp][] = [
      [readFileSync(file).subarray(0, 2000), /cut short/],
      [gzipSync(whole.slice(0, -10)), /cut short/],
      [gzipSync(`${lines.slice(0, -1).join('\n')}\n`), /cut short/],
      [gzipSync(''), /empty/],
      [gzipSync(`${whole}{}\n`), /follows its end/],
      [gzipSync(whole.replace('"seed":3', '"seed":4')), /not those that its end/],
      [gzipSync(`${lines[0]}\nnonsense\n`), /line 2 is not JSON/],
      [Buffer.concat([readFileSync(file).subarray(0, 300), Buffer.alloc(300, 7)]), /./],
    ]
    for (const [i, [bytes, why]] of cases.entries()) {
      writeFileSync(file, bytes)
      await expect(openBundle(file, at(`unpacked ${i}`))).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED', message: expect.stringMatching(why) as string })
    }
  })

  it('no bundle at all, or a newer one', async () => {
    const file = at('x')
    await expect(open(file)).rejects.toMatchObject({ code: 'BUNDLE_UNREADABLE', message: expect.stringContaining('does not exist') as string, fix: expect.stringContaining('lorc runs bundle') as string })
    await expect(open(world.workspace)).rejects.toMatchObject({ code: 'BUNDLE_UNREADABLE', message: expect.stringContaining('EISDIR') as string })
    for (const bytes of [Buffer.from('hello, world'), gzipSync('hello\n'), gzipSync('{"type":"run"}\n'), gzipSync('7\n')]) {
      writeFileSync(file, bytes)
      await expect(open(file)).rejects.toMatchObject({ code: 'BUNDLE_UNREADABLE', message: expect.stringContaining('is not a bundle') as string })
    }
    writeFileSync(file, gzipSync('{"type":"bundle","version":2,"news":true}\n'))
    await expect(open(file)).rejects.toMatchObject({ code: 'BUNDLE_VERSION', fix: 'Update lorc.' })
  })
})

it('leaves nothing where it cannot be written, and says where it cannot be unpacked', async () => {
  const { runId, file } = await bundled()
  const source = { store: world.store, workspace: world.workspace, logPath: async () => '' }
  await expect(writeBundle(source, runId, at('no/such/b'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  await expect(writeBundle(source, 'run_no', at('c'))).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
  writeFileSync(at('unpacked'), '')
  await expect(open(file)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  rmSync(at('unpacked'))
  mkdirSync(at('unpacked'))
  writeFileSync(at('unpacked/0'), '')
  await expect(open(file)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})
