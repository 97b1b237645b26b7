import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Workspace } from './lorc.fixture.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await Workspace.make({
    'steps.ts': `export function print() { for (let i = 0; i < 50_000; i++) console.log('line ' + i) }\n`,
    'print.yaml': 'steps:\n  - { name: print, type: node, module: steps.ts, function: print }\n',
  })
  await workspace.lorc(['run', 'print.yaml', '--quiet'])
})
afterAll(() => workspace.remove())

/** Runs a line of shell and appends the exit status of `lorc` to what it printed. */
async function shell(line: string): Promise<string> {
  const { stdout, stderr } = await workspace.shell(line)
  return `${stderr}${stdout}`
}

describe('a reader that goes away', () => {
  it.each(['runs logs last', 'runs logs last --json', 'runs logs last -f', 'runs list'])(
    'ends lorc %s quietly',
    async (line) => {
      expect(await shell(`${line} | head -c 3 >/dev/null`)).toBe('')
    },
  )

  it('does not end a run', async () => {
    expect(await shell('run print.yaml --quiet | true')).toBe('')
    expect((await workspace.lorc(['runs', 'list', '--json', '-n', '1'])).stdout).toContain('"status": "completed"')
  })
})

it.each(['>&-', '2>&-', '>&- 2>&-', '</dev/null'])('a run with %s completes', async (closed) => {
  expect(await shell(`run print.yaml --only print ${closed} >/dev/null; echo "exit $?"`)).toMatch(/exit 0\n$/)
})

it('a reader that is slow gets everything', async () => {
  expect(await shell(`runs logs last | { sleep 0.3; wc -l; }`)).toMatch(/^\s*50000\n$/)
})

it.skipIf(!existsSync('/dev/full'))('stdout that cannot be written is an error', async () => {
  expect(await shell('runs show last --json > /dev/full; echo "exit $?"')).toMatch(
    /^error\[CLI_OUTPUT_FAILED\]: [^]*\nexit 1\n$|^exit 1\nerror\[CLI_OUTPUT_FAILED\]: [^]*$/,
  )
})

it('stderr is plain where it is not a terminal', async () => {
  await shell('run print.yaml 2> err.txt >/dev/null')
  expect(readFileSync(join(workspace.folder, 'err.txt'), 'utf8')).not.toContain('\x1b')
})
