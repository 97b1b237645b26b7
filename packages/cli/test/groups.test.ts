import { afterEach, beforeEach, expect, it } from 'vitest'
import { Workspace } from './lorc.fixture.ts'

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.make({
    'load.yaml': 'name: load\nsteps:\n  - { name: one, type: shell, script: hold.sh, concurrency_group: { name: db, limit: 1 } }\n',
    'hold.sh': '#!/bin/sh\nwhile [ ! -f go ]; do sleep 0.02; done\necho \'{"status":"ok","outputs":[]}\'\n',
  })
})
afterEach(() => workspace.remove())

it.each(['sqlite', 'files'])('the first step of a run takes its slot from other processes, too (%s)', async (store) => {
  await workspace.write('lorc.config.yaml', `store: ${store}\n`)
  const first = workspace.start(['run', 'load.yaml'])
  await first.says('started    one')
  const second = workspace.start(['run', 'load.yaml'])
  await second.says('waits for a slot of db, held by one of run_')
  await workspace.write('go', '')
  expect(await Promise.all([first.ended, second.ended])).toMatchObject([{ exit: 0 }, { exit: 0 }])
})
