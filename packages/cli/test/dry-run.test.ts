import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resultLine, Workspace } from './lorc.fixture.ts'

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.make({
    'demo.yaml': `name: demo
steps:
  - { name: load, type: node, module: load.ts, function: load, cache: auto }
  - { name: sum, type: node, module: sum.ts, function: sum, cache: auto }
  - { name: tell, type: shell, script: tell.sh }
`,
    'load.ts': "export const load = (ctx) => ctx.set('demo.rows_v1', [1, 2])\n",
    'sum.ts': "export const sum = (ctx) => ctx.set('demo.sum_v1', ctx.get('demo.rows_v1').length)\n",
    'tell.sh': '#!/bin/sh\necho \'{"status":"ok"}\'\n',
  })
})
afterEach(() => workspace.remove())

/** Every file below the workspace with the hash of what it holds. */
function tree(): Record<string, string> {
  const entries = readdirSync(workspace.folder, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path, entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'folder']
    }),
  )
}

it.each([['sqlite'], ['files']])('touches nothing, with no store and with one (%s)', async (store) => {
  await workspace.write('lorc.config.yaml', `store: ${store}\n`)
  const empty = tree()
  const first = await workspace.lorc(['run', 'demo.yaml', '--dry-run'])
  expect(first).toMatchObject({ exit: 0, stderr: '' })
  expect(first.stdout).toMatch(
    /^demo: 3 steps, \d+ at once; nothing is run\n[^]*\n1 +load +runs: nothing of it is in the cache\n2 +sum [^]*3 to run\nno past run/,
  )
  expect(tree()).toEqual(empty)
  expect(await workspace.lorc(['run', 'demo.yaml', '--quiet'])).toMatchObject({ exit: 0 })
  const full = tree()
  const second = await workspace.lorc(['run', 'demo.yaml', '--dry-run'])
  expect(second.stdout).toMatch(/\n1 +load +cached: made by run_[^]*\n2 +sum +cached: [^]*\n3 +tell +\+0ms +\d+ms +runs\n[^]*1 to run, 2 from the cache\nabout /)
  await workspace.write('load.ts', "export const load = (ctx) => ctx.set('demo.rows_v1', [1, 2, 3])\n")
  const changed = { ...tree() }
  const told = JSON.parse((await workspace.lorc(['run', 'demo.yaml', '--dry-run', '--json'])).stdout) as { steps: unknown[] }
  expect(told).toMatchObject({
    name: 'demo',
    steps: [
      { step: 'load', will: 'run', why: { kind: 'changed', parts: ['code load.ts'] } },
      { step: 'sum', will: 'perhaps', why: { kind: 'values', keys: ['demo.rows_v1'] } },
      { step: 'tell', will: 'run', why: { kind: 'no_cache' } },
    ],
  })
  expect(tree()).toEqual(changed)
  expect(Object.keys(changed).sort()).toEqual(Object.keys(full).sort())
})

it('refuses what a run refuses, in one JSON line', async () => {
  await workspace.write('bad.yaml', 'steps: []\n')
  expect(resultLine(await workspace.lorc(['run', 'bad.yaml', '--dry-run']))).toMatchObject({ status: 'error', exit_code: 2 })
  expect(resultLine(await workspace.lorc(['run', 'demo.yaml', '--dry-run', '--only', 'laod']))).toMatchObject({ code: 'CLI_STEP_UNKNOWN' })
  expect(resultLine(await workspace.lorc(['run', 'demo.yaml', '--json']))).toMatchObject({ code: 'CLI_OPTION_INVALID' })
})
