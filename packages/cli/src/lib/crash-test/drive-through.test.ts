import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryStore, createRunner, definePlan } from '@lorc/runner'
import { expect, it } from 'vitest'
import { driveThrough } from './drive-through.ts'

it('approves whatever a run and the runs of its steps ask for', async () => {
  const child = definePlan('child').approval('inner', { message: 'sure?' }).build()
  const plan = definePlan('outer').approval('gate', { by: ['lorc crash-test'] }).recipe('sub', { plan: child }).build()
  const workspace = mkdtempSync(join(realpathSync(tmpdir()), 'lorc-approve-'))
  const runner = await createRunner({ workspace, store: createMemoryStore() })
  try {
    const { status, steps } = await driveThrough(await runner.start(plan), runner)
    expect([status, steps[0]?.approval?.decision?.by, steps.map((step) => step.status)]).toEqual([
      'completed',
      'lorc crash-test',
      ['completed', 'completed'],
    ])
  } finally {
    await runner.close()
    rmSync(workspace, { recursive: true })
  }
})
