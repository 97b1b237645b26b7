import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Workspace } from './lorc.fixture.ts'

const NOTE = '.lorc/lorc.db holds runs as well, which are not seen with `store: files`; `store: sqlite` shows them'

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.make({
    'demo.yaml': 'name: demo\nsteps:\n  - { name: a, type: shell, script: ok.sh }\n',
    'ok.sh': '#!/bin/sh\necho \'{"status":"ok"}\'\n',
  })
})
afterEach(() => workspace.remove())

it('says where earlier runs are when the configuration names another store', async () => {
  expect((await workspace.lorc(['run', 'demo.yaml'])).stderr).not.toContain('note:')
  expect((await workspace.lorc(['runs', 'list'])).stderr).toBe('')
  await workspace.write('lorc.config.yaml', 'store: files\n')
  const shown = await workspace.lorc(['runs', 'show', 'last'])
  expect(shown).toMatchObject({ exit: 2, stderr: expect.stringContaining(`note: ${NOTE}\n`) as string })
  const ran = await workspace.lorc(['run', 'demo.yaml'])
  expect(ran).toMatchObject({ exit: 0 })
  expect((await workspace.lorc(['runs', 'list'])).stderr).toContain(`note: ${NOTE}\n`)
  expect((await workspace.lorc(['runs', 'show', 'last'])).stderr).toBe('')
  expect((await workspace.lorc(['doctor'])).stdout).toMatch(/\nwarn {2}store [^]*\n {19}fix: \.lorc\/lorc\.db holds runs as well/)
})

it('says so at the first run after the change', async () => {
  await workspace.lorc(['run', 'demo.yaml'])
  await workspace.write('lorc.config.yaml', 'store: files\n')
  expect((await workspace.lorc(['run', 'demo.yaml'])).stderr).toContain(`note: ${NOTE}\n`)
  expect((await workspace.lorc(['run', 'demo.yaml'])).stderr).not.toContain('note:')
})

it.each(['resume last', 'rerun last', 'cancel last', 'runs show last'])('makes none where there is none to look in: %s', async (line) => {
  expect(await workspace.lorc(line.split(' '))).toMatchObject({ exit: 2, stderr: expect.stringContaining('CLI_RUN_UNKNOWN') as string })
  expect(await readdir(workspace.folder)).toEqual(['demo.yaml', 'ok.sh'])
})
