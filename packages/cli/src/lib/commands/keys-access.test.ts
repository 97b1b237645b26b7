import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { fakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf } from '../scripted-run.fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-keys-')))
  const made = folder
  onTestFinished(() => rm(made, { recursive: true, force: true }))
  await writeFile(join(folder, 'lorc.config.yaml'), '')
})

async function lorc(...words: string[]) {
  const io = fakeIo({ cwd: folder })
  io.time = Date.parse('2026-01-01T00:00:00Z')
  const exit = await main(words, { io, engine: engineOf({}), version: '1.2.3' })
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
}

describe('lorc keys add, list, revoke', () => {
  it('makes a key, shows it this once, and tells of it afterwards', async () => {
    expect((await lorc('keys', 'list')).stderr).toContain('asks for none')
    const made = await lorc('keys', 'add', 'ann', '--scope', 'read,operate', '--expires', '90d')
    expect(made.exit).toBe(0)
    const [, id] = /^lorc_([0-9a-f]{12})_[A-Za-z0-9_-]{43}\n$/.exec(made.stdout) ?? []
    expect(made.stderr).toBe(`key ${id} of ann: read, operate; it is shown this once\n`)
    await lorc('keys', 'add', 'ci', '--scope', 'run')
    const listed = await lorc('keys', 'list')
    expect(listed.stdout).toMatch(new RegExp(`${id} +ann +read, operate +counts until 2026-04-01 +2026-01-01`))
    expect(listed.stdout).not.toContain(made.stdout.trim().slice(-43))
    expect(await lorc('keys', 'revoke', id!, '--reason', 'left', '--by', 'bob')).toMatchObject({ exit: 0, stdout: `key ${id} of ann is revoked\n` })
    const keys = JSON.parse((await lorc('keys', 'list', '--json')).stdout) as { name: string }[]
    keys.sort((a, b) => (a.name < b.name ? -1 : 1))
    expect(keys).toMatchObject([{ id, name: 'ann', revoked_at: '2026-01-01T00:00:00.000Z' }, { name: 'ci', scopes: ['run'], expires_at: null }])
    expect((await lorc('keys', 'list')).stdout).toContain('revoked 2026-01-01')
  })

  it('prints a key as JSON for programs', async () => {
    const { stdout } = await lorc('keys', 'add', 'ci', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ name: 'ci', scopes: ['read'], key: expect.stringMatching(/^lorc_/) as unknown })
  })

  it('refuses what is none', async () => {
    expect(await lorc('keys', 'add', 'ci', '--scope', 'admin')).toMatchObject({ exit: 2, stderr: expect.stringContaining('--scope takes read, run, operate, not `admin`') as unknown })
    expect(await lorc('keys', 'add', 'ci', '--expires', 'soon')).toMatchObject({ exit: 2, stderr: expect.stringContaining('90d') as unknown })
    expect((await lorc('keys', 'add', 'a\nb')).exit).toBe(2)
    expect(await lorc('keys', 'revoke', 'nobody')).toMatchObject({ exit: 2, stderr: expect.stringContaining('KEY_UNKNOWN') as unknown })
    expect((await lorc('keys', 'list')).stderr).toContain('asks for none')
  })
})

describe('lorc audit', () => {
  it('tells who did what with which keys, and that nobody changed it', async () => {
    expect((await lorc('audit', 'verify')).stdout).toBe(`ok: 0 records, head ${'0'.repeat(64)}\n`)
    await lorc('keys', 'add', 'ann', '--by', 'bob', '--reason', 'joins')
    const lines = (await lorc('audit', 'export')).stdout.trim().split('\n').map((line) => JSON.parse(line) as object)
    expect(lines).toMatchObject([
      { seq: 0, who: 'bob', via: 'cli', action: 'keys.add', target: 'ann', why: 'joins' },
      { seq: 1, of: 0, outcome: 'done', after: { scopes: ['read'] } },
    ])
    expect((await lorc('audit', 'export', '--from', '1')).stdout.trim().split('\n')).toHaveLength(1)
    const { head } = JSON.parse((await lorc('audit', 'verify', '--json')).stdout) as { head: string }
    expect(await lorc('audit', 'verify', '--head', head)).toMatchObject({ exit: 0, stdout: `ok: 2 records, head ${head}\n` })
    expect(await lorc('audit', 'verify', '--head', 'f'.repeat(64))).toMatchObject({ exit: 1, stdout: expect.stringContaining('broken at record 2') as unknown })
    const db = new DatabaseSync(join(folder, '.lorc/audit.db'))
    db.exec(`DROP TRIGGER audit_no_update; UPDATE audit SET line = replace(line, 'bob', 'eve')`)
    db.close()
    expect(await lorc('audit', 'verify')).toMatchObject({ exit: 1, stdout: expect.stringContaining('broken at record 0: its hash') as unknown })
  })
})
