import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { loadJob } from './job-ahead.ts'
import { attemptOutput, claimStrayError } from '../node/node-output.ts'

const folder = mkdtempSync(join(tmpdir(), 'lorc-ahead-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const known = globalThis as { loading?: () => unknown }

function place(name: string, code: string): { file: string; export: string; label: string } {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, code)
  return { file, export: 'default', label: `own/${name}` }
}

it('knows what a module does as it is loaded as that of a step, and tells what it leaves to nobody', async () => {
  const told = vi.spyOn(process.stderr, 'write').mockImplementation(() => {
    // Who routes stderr by the attempt would come back here.
    expect(attemptOutput()).toBeUndefined()
    return true
  })
  known.loading = () => [attemptOutput() !== undefined, claimStrayError(new Error('adrift'))]
  try {
    const spec = await loadJob(place('busy', 'const seen = globalThis.loading(); export default () => seen'))
    expect(await spec.run({} as never)).toEqual([true, true])
    expect(String(told.mock.lastCall?.[0])).toMatch(/^lorc: the module of own\/busy left this error to nobody: Error: adrift\n/)
    expect(attemptOutput()).toBeUndefined()
  } finally {
    told.mockRestore()
    delete known.loading
  }
})

it('does not wait for a module that awaits what never comes', async () => {
  const before = process.listeners('beforeExit')
  const loading = loadJob(place('stuck', 'await new Promise(() => {}); export default () => 1'))
  const [idle] = process.listeners('beforeExit').filter((listener) => !before.includes(listener))
  idle?.(0)
  await expect(loading).rejects.toMatchObject({ code: 'MODULE_BROKEN', message: `${folder}/stuck.mjs cannot be imported: it awaits what never comes.` })
  expect(process.listeners('beforeExit')).toEqual(before)
})
