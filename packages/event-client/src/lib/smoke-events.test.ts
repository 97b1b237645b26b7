import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeSmokeEvents } from './smoke-events.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-smoke-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

it('removes the files of one namespace', async () => {
  for (const name of ['events.db', 'smoke_a.db', 'smoke_a.db-wal', 'smoke_a.db-shm', 'smoke_ab.db', 'smoke_b.db', 'xsmoke_a.db']) writeFileSync(join(dir, name), '')
  mkdirSync(join(dir, 'smoke_a'))
  writeFileSync(join(dir, 'smoke_a', 'x.ndjson'), '')
  const files = ['smoke_a', 'smoke_a.db', 'smoke_a.db-shm', 'smoke_a.db-wal'].map((name) => join(dir, name))
  const told = await removeSmokeEvents({ dir, namespace: 'a', dryRun: true })
  expect({ ...told, files: told.files.sort() }).toEqual({ files, tables: [] })
  expect(readdirSync(dir)).toHaveLength(8)
  await removeSmokeEvents({ dir, namespace: 'a', dryRun: false })
  expect(readdirSync(dir).sort()).toEqual(['events.db', 'smoke_ab.db', 'smoke_b.db', 'xsmoke_a.db'])
  expect(await removeSmokeEvents({ dir: join(dir, 'none'), namespace: 'a', dryRun: false })).toEqual({ files: [], tables: [] })
})

it.each(['', '../events', 'A', 'a.b', 'x'.repeat(65)])('refuses %j, which is not a namespace', async (namespace) => {
  await expect(removeSmokeEvents({ dir, namespace, dryRun: false })).rejects.toMatchObject({ code: 'EVENTS_OPTION_INVALID' })
})
