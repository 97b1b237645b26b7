import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { append, journal } from '../../src/lib/store-testsuite/samples.ts'
import { createFilesStore } from '../../src/lib/stores/files.ts'
import { createSqliteStore } from '../../src/lib/stores/sqlite.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-crash-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
const program = (name: string) => join(import.meta.dirname, name)

describe.each([
  ['sqlite', 'lorc.db', () => createSqliteStore({ file: join(folder, 'lorc.db') })],
  ['files', 'runs', () => createFilesStore({ dir: join(folder, 'runs') })],
] as const)('the %s store', (kind, name, open) => {
  it.each([1, 7, 20])('keeps acknowledged batches, and no part of one, of a process killed after %d', async (batches) => {
    const writer = spawn(execPath, [program('killed-writer.ts'), kind, join(folder, name)], { stdio })
    let acknowledged = 0
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged = Number(line)
      if (acknowledged >= batches * 3) writer.kill('SIGKILL')
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')
    const store = await open()
    const kept = (await journal(store, 'r')).map(Number)
    expect(kept).toEqual(kept.map((_, n) => n))
    expect(kept.length % 3).toBe(0)
    expect([acknowledged, acknowledged + 3]).toContain(kept.length)
    expect(await store.commit([append('r', kept.length, ['next'])])).toEqual(['ok'])
    await store.close()
  })

  it('says STORE_FULL when its file may not grow, with nothing half-written, and goes on when it may', async () => {
    const command = `ulimit -f 1000; exec "$0" "$1" ${kind} "$2"`
    const args = ['-c', command, execPath, program('small-disk.ts'), join(folder, name)]
    const output = execFileSync('sh', args, { encoding: 'utf8', stdio: [...stdio] })
    const { code, acknowledged, kept } = JSON.parse(output) as { code: string; acknowledged: number; kept: number }
    expect(code).toBe('STORE_FULL')
    expect(acknowledged).toBeGreaterThan(2)
    expect(kept).toBe(acknowledged)
    const store = await open()
    expect((await journal(store, 'r')).length).toBe(acknowledged)
    expect(await store.commit([append('r', acknowledged, ['next'])])).toEqual(['ok'])
    await store.close()
  })
})
