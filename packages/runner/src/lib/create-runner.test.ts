import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative } from 'node:path'
import { expect, it } from 'vitest'
import { createRunner } from './create-runner.ts'
import { definePlan } from './plan-builder/define-plan.ts'
import type { Attempt } from './executor.ts'
import { createMemoryStore } from './stores/memory.ts'

it('takes its folders as of the working directory where their paths are relative, and tells steps absolute ones', async () => {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-folders-')))
  const here = (name: string): string => relative(process.cwd(), join(workspace, name))
  const seen: Attempt[] = []
  const look = { types: ['look'], execute: (attempt: Attempt) => (seen.push(attempt), { status: 'ok' as const, outputs: null }), close: async () => {} }
  const runner = await createRunner({ workspace, store: createMemoryStore(), executors: [look], stateDir: here('state'), runsDir: here('kept') })
  const run = await runner.start(definePlan({ lorc: 1, name: 'p', steps: [{ name: 'a', type: 'look', stage: 0 }] }))
  await run.result
  const paths = [seen[0]!.logPath, seen[0]!.artifactsDir, run.logPath('a', 1), await runner.writeRunFolder(run)]
  expect(paths.filter((path) => !isAbsolute(path))).toEqual([])
  expect(readdirSync(workspace)).toContain('kept')
  await runner.close()
  rmSync(workspace, { recursive: true })
})
