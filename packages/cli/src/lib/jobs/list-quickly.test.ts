import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'
import { listQuickly } from './list-quickly.ts'

const seen = vi.hoisted(() => ({ out: '', err: '', accepts: Number.POSITIVE_INFINITY, fails: undefined as string | undefined, terminal: false }))
vi.mock(import('node:fs'), async (original) => ({
  ...(await original()),
  writeSync: ((fd: number, bytes: Buffer, from: number) => {
    if (seen.fails !== undefined) throw Object.assign(new Error('no'), { code: seen.fails })
    const part = bytes.subarray(from, from + seen.accepts)
    seen[fd === 1 ? 'out' : 'err'] += part.toString()
    return part.length
  }) as never,
  fstatSync: (() => ({ isCharacterDevice: () => seen.terminal })) as never,
}))
vi.mock(import('node:process'), async (original) => {
  const actual = await original()
  const getBuiltinModule = ((name: string) => (name === 'node:tty' ? { isatty: () => true } : actual.getBuiltinModule(name))) as never
  return { ...actual, getBuiltinModule }
})

let folder: string
const late: string[] = []
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-quick-')))
  Object.assign(seen, { out: '', err: '', accepts: Number.POSITIVE_INFINITY, fails: undefined, terminal: false })
  late.length = 0
  write('package.json', { name: 'app', version: '1.0.0', lorc: { jobs: { one: { module: './one.js', summary: 'Does one thing, and tells about it at length' }, gone: './gone.js' } } })
  write('one.js', '')
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
}

const stream = { columns: 30, write: (bytes: Uint8Array) => late.push(Buffer.from(bytes).toString()) > 0 } as unknown as NodeJS.WriteStream
const list = (...words: string[]): Promise<boolean> => listQuickly({ cwd: () => folder, env: { NO_COLOR: '1' }, stdout: stream as never, stderr: stream as never }, ['jobs', 'list', ...words])

it('prints what the command prints', async () => {
  const runs = new RealRuns({ workspace: folder })
  for (const words of [[], ['--json']]) {
    Object.assign(seen, { out: '', err: '', accepts: 7 })
    expect(await list(...words)).toBe(true)
    const { stdout, stderr } = await runs.lorc('jobs', 'list', ...words)
    expect(seen).toMatchObject({ out: stdout, err: stderr })
    expect(stdout).not.toBe('')
  }
})

it('cuts lines to a terminal', async () => {
  seen.terminal = true
  expect(await list()).toBe(true)
  expect(seen.out).toBe('app 1.0.0\n  one  Does one thing, and te…\n')
})

it.each([[['app']], [['--jsn']], [['--json', '--debug']]])('leaves %j to the command', async (words) => {
  expect(await list(...words)).toBe(false)
  expect(await listQuickly({ cwd: () => folder, env: {}, stdout: stream as never, stderr: stream as never }, ['jobs', 'show'])).toBe(false)
  expect(seen.out).toBe('')
})

it('leaves a workspace without jobs to the command, and one whose configuration has to be read', async () => {
  write('package.json', {})
  expect(await list()).toBe(false)
  write('package.json', { name: 'app', lorc: { jobs: { one: './one.js' } } })
  write('lorc.config.json', { jobs: { deny: ['app'] } })
  expect(await list()).toBe(false)
  write('lorc.config.yaml', '')
  expect(await list()).toBe(false)
  expect(seen.out).toBe('')
})

it('takes what was found for a configuration for as long as that is the same', async () => {
  write('lorc.config.json', { jobs: { paths: ['.'] } })
  const then = new Date(Date.now() - 3_600_000)
  const { utimesSync, readdirSync } = await import('node:fs')
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), then, then)
  await new RealRuns({ workspace: folder }).lorc('jobs', 'list')
  expect(await list()).toBe(true)
  expect(seen.out).toContain('one  Does one thing')
  write('lorc.config.json', { jobs: {} })
  expect(await list()).toBe(false)
  rmSync(join(folder, 'lorc.config.json'))
  write('lorc.config.ts', 'export default {}')
  expect(await list()).toBe(false)
})

it('hands a reader that does not keep up to the stream, and lets one go that is gone', async () => {
  seen.fails = 'EAGAIN'
  expect(await list()).toBe(true)
  expect(late[0]).toMatch(/^app 1\.0\.0\n/)
  seen.fails = 'EPIPE'
  late.length = 0
  expect(await list()).toBe(true)
  expect(late).toEqual([])
})
