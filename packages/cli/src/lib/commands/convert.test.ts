import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf, planOf } from '../scripted-run.fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-convert-')))
  for (const name of ['x.yaml', 'x.yml', 'x.ts']) await writeFile(join(folder, name), '# yaml-language-server: $schema=x\n')
})
afterEach(() => rm(folder, { recursive: true }))

async function lorc(line: string) {
  const io = fakeIo({ cwd: folder })
  const plan = planOf({ name: 'a', module: 'a.ts', function: 'go' })
  const exit = await main(line.split(' '), { io, engine: engineOf({ compile: async () => ({ plan, recipe: { path: 'x', sha256: '' } }) }), version: '1.2.3' })
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
}

const TS = "import { definePlan } from '@lorc/runner'\n\nexport default definePlan('demo')\n  .node('a', { module: 'a.ts', function: 'go' })\n  .build()\n"
const YAML = 'name: demo\nsteps:\n  - name: a\n    type: node\n    module: a.ts\n    function: go\n'

describe('convert', () => {
  it('writes what the file is not, or what is asked for', async () => {
    expect(await lorc('convert x.yaml')).toEqual({ exit: 0, stdout: TS, stderr: '' })
    expect(await lorc('convert x.ts')).toEqual({ exit: 0, stdout: YAML, stderr: '' })
    expect(await lorc('convert x.yml --to yaml')).toEqual({ exit: 0, stdout: YAML, stderr: '' })
  })

  it.each([
    ['x.yaml', 'name: x\n  # why\n'],
    ['x.ts', "import x from 'x'\n  // why\n"],
    ['x.ts', '/** why */\n'],
  ])('says that it does not keep the comments of %s', async (file, text) => {
    await writeFile(join(folder, file), text)
    expect((await lorc(`convert ${file}`)).stderr).toBe(`the comments of ${file} are not in what was written\n`)
  })

  it('writes to a file whose name says what it is', async () => {
    expect(await lorc('convert x.yaml -o plans/x.plan.ts')).toEqual({ exit: 0, stdout: '', stderr: '' })
    expect(await readFile(join(folder, 'plans/x.plan.ts'), 'utf8')).toBe(TS)
    const wrong = await lorc('convert x.yaml -o y.yaml')
    expect([wrong.exit, wrong.stderr]).toEqual([2, 'error[CLI_OPTION_INVALID]: --output: `y.yaml` is not the name of a ts file.\nfix: name a `.ts` file, or add --to yaml.\n'])
    expect((await lorc('convert x.ts -o y.ts')).stderr).toContain('fix: name a `.yaml` file, or add --to ts.')
  })
})
