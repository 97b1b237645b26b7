import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { platform } from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { underPermissions } from '../../../../../tools/config/permissions.ts'
import { append, creation, driver, journal, summary } from '../store-testsuite/samples.ts'
import { createFilesStore } from './files.ts'
import { openBelow } from './open-files.fixture.ts'

let dir: string
const open = () => createFilesStore({ dir })
const inRun = (name: string) => join(dir, 'runs', 'r', name)

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-files-'))
})

afterEach(() => rmSync(dir, { recursive: true }))

it('is read, not written, where it may not be written', async () => {
  underPermissions(dir)
  const store = await open()
  await store.commit([creation('r', ['0'])])
  await store.close()
  chmodSync(dir, 0o555)
  await expect(open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  const read = await createFilesStore({ dir, reading: true })
  expect(await journal(read, 'r')).toEqual(['0'])
  await read.close()
  chmodSync(dir, 0o755)
})

describe('what a crash leaves', () => {
  it.each([
    ['half a line', '"2'],
    ['a line without the end of its batch', '"2"\n'],
    ['some lines of a batch', '"2"\n"3"\n"4'],
    ['bytes that never reached the disk', '"2"\n\0\0\0\0\n\n'],
  ])('drops %s, and writes on from there', async (_what, rest) => {
    const store = await open()
    await store.commit([creation('r', ['0', '1'])])
    await store.close()
    appendFileSync(inRun('journal.1.ndjson'), rest)
    const again = await open()
    expect(await journal(again, 'r')).toEqual(['0', '1'])
    expect(await again.commit([append('r', 2, ['two'])])).toEqual(['ok'])
    expect(await journal(again, 'r')).toEqual(['0', '1', 'two'])
    expect(readFileSync(inRun('journal.1.ndjson'), 'utf8')).toBe('0\n1\n\ntwo\n\n')
  })

  it('ignores what a batch changes as long as the batch itself is missing', async () => {
    const store = await open()
    await store.commit([creation('r', ['0'])])
    const ended = { status: 'completed' as const, at: 9, error: null, attempts: [] }
    await store.commit([append('r', 1, ['the end'], { ended })])
    truncateSync(inRun('journal.1.ndjson'), 3)
    const again = await open()
    expect(await again.get('r')).toEqual(summary('r'))
    expect((await again.lease('r'))?.driver).toEqual(driver('first'))
    expect(await again.takeLease('r', 1, driver('second'))).toBe(2)
    await again.commit([append('r', 1, ['long enough to reach where the other would have ended'], { epoch: 2 })])
    expect(await again.get('r')).toEqual(summary('r'))
  })

  it('does not take a run that was never finished being made for one', async () => {
    const store = await open()
    mkdirSync(join(dir, 'runs', '.draft'))
    expect(await store.list()).toEqual([])
    expect(await store.commit([creation('r', ['0'])])).toEqual(['ok'])
    expect(readdirSync(join(dir, 'runs')).filter((name) => name.startsWith('.'))).toEqual(['.draft'])
  })
})

describe('a driver that lost its lease', () => {
  it('finds out with its next commit, and what it wrote too late is in no journal', async () => {
    const [old, next] = [await open(), await open()]
    await old.commit([creation('r', ['0'])])
    await next.takeLease('r', 1, driver('second'))
    appendFileSync(inRun('journal.1.ndjson'), 'too late\n\n')
    expect(await old.commit([append('r', 1, ['later still'])])).toEqual(['fenced'])
    expect(await next.commit([append('r', 1, ['1'], { epoch: 2 })])).toEqual(['ok'])
    expect(await journal(old, 'r')).toEqual(['0', '1'])
  })

  it('keeps what it wrote before the new holder had looked, wherever that one stopped', async () => {
    const [old, reader] = [await open(), await open()]
    await old.commit([creation('r', ['0'])])
    // The new holder made its lease, and was killed before it could say where the journal before it ends.
    copyFileSync(inRun('epoch.1.json'), inRun('epoch.2.json'))
    expect(await journal(reader, 'r')).toEqual(['0'])
    expect(readdirSync(join(dir, 'runs', 'r'))).toContain('seal.1.json')
    expect(await old.commit([append('r', 1, ['too late'])])).toEqual(['fenced'])
    expect(await reader.takeLease('r', 2, driver('third'))).toBe(3)
    expect(await reader.commit([append('r', 1, ['1'], { epoch: 3 })])).toEqual(['ok'])
    expect(await journal(old, 'r')).toEqual(['0', '1'])
  })
})

describe('opening', () => {
  it('refuses a store of a newer version', async () => {
    writeFileSync(join(dir, 'store.json'), '{"format":1000}')
    await expect(open()).rejects.toMatchObject({ code: 'STORE_VERSION' })
  })

  it('refuses a place where no folder can be', async () => {
    writeFileSync(join(dir, 'file'), '')
    await expect(createFilesStore({ dir: join(dir, 'file') })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('reports files that are not what was written there', async () => {
    const store = await open()
    await store.commit([creation('r', ['0'])])
    writeFileSync(inRun('run.json'), '{"runId":')
    await expect(store.get('r')).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    rmSync(inRun('journal.1.ndjson'))
    mkdirSync(inRun('journal.1.ndjson'))
    await expect(journal(store, 'r')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

it.skipIf(platform !== 'linux')('keeps nothing of a batch that the disk has no room for', async () => {
  const store = await open()
  await store.commit([creation('r')])
  rmSync(inRun('journal.1.ndjson'))
  symlinkSync('/dev/full', inRun('journal.1.ndjson'))
  const full = { code: 'STORE_FULL' }
  const ended = { status: 'completed' as const, at: 9, error: null, attempts: [] }
  await expect(async () => store.commit([append('r', 0, ['0'], { ended })])).rejects.toMatchObject(full)
  rmSync(inRun('journal.1.ndjson'))
  expect(await store.get('r')).toEqual(summary('r'))
  expect(await store.commit([append('r', 0, ['0'])])).toEqual(['ok'])
  expect(await store.get('r')).toEqual(summary('r'))
})

it('refuses a batch without events, too, of a driver that lost its lease', async () => {
  const [old, next] = [await open(), await open()]
  await old.commit([creation('r', ['0'])])
  expect(await old.commit([append('r', 1, [])])).toEqual(['ok'])
  await next.takeLease('r', 1, driver('second'))
  expect(await old.commit([append('r', 1, [])])).toEqual(['fenced'])
})

it('writes more journals than it keeps open, in turns', async () => {
  const store = await open()
  const runs = Array.from({ length: 100 }, (_, i) => `run${i}`)
  for (const runId of runs) await store.commit([creation(runId, ['0'])])
  for (const seq of [1, 2]) for (const runId of runs) expect(await store.commit([append(runId, seq, [`${seq}`])])).toEqual(['ok'])
  for (const runId of runs) expect(await journal(store, runId)).toEqual(['0', '1', '2'])
  if (platform === 'linux') expect(openBelow(dir).length).toBeLessThan(70)
  await store.close()
  if (platform === 'linux') expect(openBelow(dir)).toEqual([])
})

it('loses a race for a run id without a trace', async () => {
  const store = await open()
  mkdirSync(inRun('made by another process'), { recursive: true })
  expect(await store.commit([creation('r', ['0'])])).toEqual(['exists'])
  expect(readdirSync(join(dir, 'runs'))).toEqual(['r'])
})

it('keeps names that are not file names apart, and inside its folder', async () => {
  const store = await open()
  const names = ['..', '.', 'a/b', 'a%2Fb', '../r', 'é']
  for (const name of names) expect(await store.commit([creation(name, [name])])).toEqual(['ok'])
  for (const name of names) expect(await journal(store, name)).toEqual([name])
  expect(readdirSync(join(dir, 'runs'))).toHaveLength(names.length)
})
