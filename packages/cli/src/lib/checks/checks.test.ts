import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { RunnerError } from '@lorc/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_CONFIG, type LorcConfig } from '../config/config.ts'
import { fakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf } from '../scripted-run.fixture.ts'
import type { LoadedWorkspace } from '../workspace.ts'
import { checkFileSystem, checkSpace, fileSystemOf } from './disk.ts'
import { howToGet } from './how-to-get.ts'
import { checkNode } from './node.ts'
import { checkPython } from './python.ts'
import { checkStore } from './store.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-doctor-')))
})
afterEach(() => rm(folder, { recursive: true }))

function workspace(config: Partial<LorcConfig> = {}): LoadedWorkspace {
  return { root: folder, configFile: null, stateDir: join(folder, '.lorc'), config: { ...DEFAULT_CONFIG, ...config } }
}

async function program(path: string, body: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${body}\n`)
  await chmod(path, 0o755)
  return path
}

it.each([
  ['v24.1.0', 'ok'],
  ['v22.18.0', 'ok'],
  ['v22.17.9', 'fail'],
  ['v20.20.0', 'fail'],
])('node %s: %s', (version, status) => {
  expect(checkNode(version, 'brew install node').status).toBe(status)
})

describe('python', () => {
  it('is the configured one, else .venv, else python3 on PATH', async () => {
    await program(join(folder, 'python3'), 'echo 3.12.1')
    expect(await checkPython(workspace(), folder, 'apt install python3')).toMatchObject({ status: 'ok', message: '3.12.1: python3 (on PATH)' })
    await mkdir(join(folder, '.venv', 'bin'), { recursive: true })
    const venv = await program(join(folder, '.venv', 'bin', 'python'), 'echo 3.8.0')
    expect(await checkPython(workspace(), folder, 'apt install python3')).toMatchObject({
      status: 'ok',
      message: `3.8.0: ${venv} (the workspace's .venv)`,
    })
    const own = await program(join(folder, 'own'), 'echo 3.7.17')
    expect(await checkPython(workspace({ python: own }), undefined, 'apt install python3')).toMatchObject({
      status: 'warn',
      message: `3.7.17: ${own} (as configured) is old`,
    })
  })

  it('may be missing unless it is configured', async () => {
    expect(await checkPython(workspace(), '/nowhere', 'apt install python3')).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('install Python') as string,
    })
    expect(await checkPython(workspace({ python: '/nowhere/python' }), undefined, 'apt install python3')).toMatchObject({ status: 'fail' })
    const broken = await program(join(folder, 'broken'), 'echo what')
    expect(await checkPython(workspace({ python: broken }), undefined, 'apt install python3')).toMatchObject({ status: 'fail' })
  })
})

describe('the disk', () => {
  const plenty = 1024 ** 4
  it.each([
    [0x6969, 'linux', 'warn'],
    [0x01021994, 'linux', 'warn'],
    [0xef53, 'linux', 'ok'],
    [0x6969, 'darwin', 'ok'],
  ])('of type %i on %s: %s', (type, platform, status) => {
    expect(checkFileSystem({ type, freeBytes: plenty }, platform).status).toBe(status)
  })

  it.each([
    [plenty, 'ok'],
    [500 * 1024 ** 2, 'warn'],
    [1024 ** 2, 'fail'],
  ])('with %i bytes free: %s', (freeBytes, status) => {
    expect(checkSpace({ type: 0, freeBytes }).status).toBe(status)
  })

  it('is really looked at', async () => {
    expect((await fileSystemOf(folder)).freeBytes).toBeGreaterThan(0)
  })
})

describe('the store', () => {
  it('is not made by looking', async () => {
    const engine = engineOf()
    expect(await checkStore(workspace(), engine, {})).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('none yet') as string,
    })
    expect(engine.opened).toEqual([])
  })

  it('is opened, read and closed', async () => {
    await mkdir(join(folder, '.lorc'))
    const engine = engineOf()
    expect(await checkStore(workspace({ durability: 'process' }), engine, {})).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('not a power cut') as string,
    })
    expect([engine.opened.length, engine.closed]).toEqual([1, 1])
  })

  it('that cannot be read is told', async () => {
    await mkdir(join(folder, '.lorc'))
    const broken = (error: Error) => engineOf({ store: { list: () => Promise.reject(error) } })
    const coded = new RunnerError('STORE_VERSION', 'too new', { fix: 'update lorc' })
    expect(await checkStore(workspace(), broken(coded), {})).toMatchObject({
      status: 'fail',
      message: 'STORE_VERSION: too new',
      fix: 'update lorc',
    })
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' })
    expect(await checkStore(workspace(), broken(denied), {})).toMatchObject({
      status: 'fail',
      message: `${join(folder, '.lorc')} cannot be written`,
    })
    expect(await checkStore(workspace(), broken(new RunnerError('STORE_FULL', 'full')), {})).not.toHaveProperty('fix')
  })

  it.skipIf(getuid?.() === 0)('in a folder that cannot be written is told', async () => {
    await chmod(folder, 0o500)
    expect(await checkStore(workspace(), engineOf(), {})).toMatchObject({ status: 'fail' })
    await chmod(folder, 0o700)
  })
})

describe('doctor', () => {
  async function doctor(...words: string[]) {
    const io = fakeIo({ cwd: folder, env: { PATH: '/nowhere' } })
    return {
      exit: await main(['doctor', ...words], { io, engine: engineOf(), version: '1.2.3' }),
      stdout: io.stdout.text,
    }
  }

  it('has a line for each check, with how to mend it', async () => {
    const { exit, stdout } = await doctor()
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^ok {4}lorc {9}1\.2\.3\n/)
    expect(stdout).toMatch(/\nwarn {2}python {7}python3 \(on PATH\) does not run[^\n]*\n {19}fix: install Python/)
  })

  it('is JSON for programs', async () => {
    const checks = JSON.parse((await doctor('--json')).stdout) as { name: string }[]
    expect(checks.map(({ name }) => name)).toEqual([
      'lorc',
      'node',
      'workspace',
      'config',
      'python',
      'store',
      'file system',
      'disk space',
    ])
  })

  it('fails for a configuration that cannot be used', async () => {
    await writeFile(join(folder, 'lorc.config.json'), '{"stoer": 1}')
    const { exit, stdout } = await doctor()
    expect(exit).toBe(1)
    expect(stdout).toContain(
      'fail  config       CLI_CONFIG_INVALID: lorc.config.json:1:2: there is no setting `stoer`.',
    )
    await writeFile(join(folder, 'lorc.config.yaml'), '')
    expect((await doctor()).stdout).toContain('fix: keep one of them')
  })
})

it.each([
  ['linux', 'ID=ubuntu\nID_LIKE=debian\n', 'sudo apt install python3'],
  ['linux', 'ID=debian', 'sudo apt install python3'],
  ['linux', 'ID="opensuse-leap"\nID_LIKE="suse opensuse"', 'sudo zypper install python3'],
  ['linux', 'ID=rocky\nID_LIKE="rhel centos fedora"', 'sudo dnf install python3'],
  ['linux', '', 'https://www.python.org/downloads'],
  ['darwin', '', 'brew install python3, or xcode-select --install'],
  ['win32', '', 'https://www.python.org/downloads'],
])('on %s (%j) Python is to be had by %s', (platform, osRelease, command) => {
  expect(howToGet('python', platform, osRelease)).toBe(command)
})
