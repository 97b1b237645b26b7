import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@lorc/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'
import { planOf } from '../scripted-run.fixture.ts'

let folder: string
let runs: RealRuns
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-keys-')))
  runs = new RealRuns({ workspace: folder })
})
afterEach(() => rm(folder, { recursive: true }))

const plan = planOf({ name: 'a', module: 'a.mjs' })
const run = (value: JsonValue) => {
  runs.work = { a: () => ({ 'd.rows_v1': value }) }
  return runs.run(plan)
}
const lockFile = () => join(folder, 'lorc.keys.json')

describe('keys lock and check', () => {
  it('lock what runs recorded; from then on a run refuses what does not fit', async () => {
    await run([{ day: 'mon', n: 1 }])
    expect(await runs.lorc('keys', 'lock')).toEqual({ exit: 0, stdout: 'lorc.keys.json: 1 key, 1 new\n', stderr: '' })
    expect(JSON.parse(await readFile(lockFile(), 'utf8'))).toMatchObject({ lorc: 1, keys: { 'd.rows_v1': { type: ['array'] } } })
    expect((await run([{ day: 'tue', n: 2 }])).status).toBe('completed')
    const { status, error } = await run([{ n: 3 }])
    expect([status, error?.message]).toEqual(['failed', expect.stringContaining('d.rows_v1 has one shape and this value departs from it: $[0].day is gone')])
    expect(error?.fix).toContain('Write d.rows_v2')
    expect((await runs.lorc('keys', 'check')).stdout).toBe('ok  1 key as locked\n')
  })

  it('name the locked keys that no run left any more, which may be a failure', async () => {
    await run(1)
    const keys = { 'd.gone_v1': { type: ['number'] }, 'd.rows_v1': { type: ['number'] }, 'd.said_v1': { type: ['number'] } }
    await writeFile(lockFile(), JSON.stringify({ lorc: 1, keys }))
    const gone = (keys: string) => `left by none of the last runs: ${keys}; an old version stays until nobody reads it\n`
    expect(await runs.lorc('keys', 'check')).toMatchObject({ exit: 0, stdout: `${gone('d.gone_v1, d.said_v1')}ok  1 key as locked\n` })
    runs.plan = planOf({ name: 'a', module: 'a.mjs', produces: { 'd.said_v1': true } })
    expect(await runs.lorc('keys', 'check', 'r.yaml', '--require-all')).toMatchObject({ exit: 1, stdout: gone('d.gone_v1') })
    expect(JSON.parse((await runs.lorc('keys', 'check', '--json')).stdout)).toMatchObject({ locked: 3, unseen: ['d.gone_v1', 'd.said_v1'] })
  })

  it('tell what has changed, with the place and the next version, and lock it only by force', async () => {
    await run({ n: 1 })
    await runs.lorc('keys', 'lock')
    await writeFile(lockFile(), (await readFile(lockFile(), 'utf8')).replace('"number"', '"string"'))
    const told = 'changed  d.rows_v1: $.n is now of type number, and was of type string; write d.rows_v2 for the new shape\n'
    expect(await runs.lorc('keys', 'check')).toMatchObject({ exit: 1, stdout: told })
    expect(await runs.lorc('keys', 'lock')).toMatchObject({ exit: 1, stdout: told })
    expect(JSON.parse((await runs.lorc('keys', 'check', '--json')).stdout)).toMatchObject({ locked: 1, changed: [{ key: 'd.rows_v1', path: '$.n', next: 'd.rows_v2' }] })
    expect((await runs.lorc('keys', 'lock', '--force')).exit).toBe(0)
    expect((await runs.lorc('keys')).exit).toBe(0)
  })

  it('count what recipes declare', async () => {
    runs.plan = planOf({ name: 'a', module: 'a.mjs', produces: { 'd.said_v1': { type: 'integer' }, 'd.any_v1': true } })
    expect(await runs.lorc('keys', 'check', 'r.yaml')).toMatchObject({ exit: 2, stderr: expect.stringContaining('error[CLI_FILE_MISSING]: there is no lorc.keys.json') as string })
    await writeFile(join(folder, 'lorc.keys.json'), '{"lorc":1,"keys":{}}')
    expect((await runs.lorc('keys', 'check', 'r.yaml')).stdout).toBe('not locked yet: d.said_v1; `lorc keys lock` adds them\nok  0 keys as locked\n')
    expect((await runs.lorc('keys', 'lock', 'r.yaml')).stdout).toBe('lorc.keys.json: 1 key, 1 new\n')
    runs.plan = planOf({ name: 'a', module: 'a.mjs', produces: { 'd.said_v1': { type: 'string' } } })
    expect((await runs.lorc('keys', 'check', 'r.yaml')).exit).toBe(1)
  })

  it('leave what a recipe declares in part to what runs recorded', async () => {
    const produces = { 'd.rows_v1': { type: 'array', items: { type: 'object', properties: { n: { type: 'integer' } } } } }
    runs.plan = planOf({ name: 'a', module: 'a.mjs', produces })
    await run([{ n: 1, day: 'mon' }])
    expect((await runs.lorc('keys', 'lock', 'r.yaml')).stdout).toBe('lorc.keys.json: 1 key, 1 new\n')
    expect(await runs.lorc('keys', 'check', 'r.yaml')).toMatchObject({ exit: 0, stdout: 'ok  1 key as locked\n' })
    expect((await run([{ n: 2, day: 'tue' }])).status).toBe('completed')
  })

  it.each(['{', '[]', '{"lorc":1,"keys":{"bad":{"type":["string"]}}}', '{"lorc":1,"keys":{"a.b_v1":{"type":[]}}}', '{"lorc":1,"keys":{"a.b_v1":{"type":["array"],"items":3}}}'])(
    'refuse %s as a lock file, and so does a run',
    async (text) => {
      await writeFile(lockFile(), text)
      expect((await runs.lorc('keys', 'check')).stderr).toContain('error[KEYS_LOCK_INVALID]: lorc.keys.json ')
      await expect(run(1)).rejects.toMatchObject({ code: 'KEYS_LOCK_INVALID' })
    },
  )
})
