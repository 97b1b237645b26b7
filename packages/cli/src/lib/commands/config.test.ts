import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { FakeIo } from '../fake-io.fixture.ts'
import { emptyFolder, lorcIn } from '../scripted-lorc.fixture.ts'
import type { ScriptedEngine } from '../scripted-run.fixture.ts'

let folder: string
beforeEach(async () => void (folder = await emptyFolder()))

const lorc = (words: string | string[], engine?: ScriptedEngine, io?: FakeIo) => lorcIn(folder, words, engine, io)

describe('config', () => {
  it('shows what is in force', async () => {
    expect((await lorc('config show')).stdout).toContain('workspace    ' + folder)
    expect((await lorc('config path')).stderr).toContain('no configuration file')
    await writeFile(join(folder, 'lorc.config.json'), '{"concurrency": 3, "allow": ["x", "y"], "python": "py"}')
    expect((await lorc('config show')).stdout).toMatch(/concurrency +3\n[^]*allow +x, y\n/)
    expect((await lorc('config path')).stdout).toBe(`${folder}/lorc.config.json\n`)
    expect(JSON.parse((await lorc('config show --json')).stdout)).toMatchObject({
      workspace: folder,
      config: { concurrency: 3, store: 'sqlite' },
    })
  })
})

it('python-path prints the workspace and the library', async () => {
  expect((await lorc('python-path')).stdout).toBe(`${folder}:/lib/python\n`)
  expect((await lorc('python-path --json')).stdout).toBe(`{"path":"${folder}:/lib/python"}\n`)
})
