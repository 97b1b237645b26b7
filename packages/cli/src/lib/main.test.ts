import { describe, expect, it } from 'vitest'
import { commandNames } from './find-command.ts'
import type { Engine } from './engine.ts'
import { fakeIo } from './fake-io.fixture.ts'
import { main } from './main.ts'
import { engineOf } from './scripted-run.fixture.ts'

async function lorc(line: string, options: Parameters<typeof fakeIo>[0] = {}, engine: Engine = engineOf()) {
  const io = fakeIo(options)
  const exit = await main(
    line.split(' ').filter((word) => word !== ''),
    { io, engine, version: '1.2.3' },
  )
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
}

describe('help', () => {
  it('lists every command, within 80 columns', async () => {
    const { exit, stdout, stderr } = await lorc('--help')
    expect([exit, stderr]).toEqual([0, ''])
    const words = stdout.replaceAll(/\s+/g, ' ')
    for (const [name, summary] of commandNames()) expect(words).toContain(` ${name} ${summary} `)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(await lorc('help')).toEqual({ exit, stdout, stderr })
    expect((await lorc('-h')).stdout).toBe(stdout)
  })

  it('of a group lists its commands, and what it does alone', async () => {
    const { exit, stdout } = await lorc('events --help')
    expect(exit).toBe(0)
    expect(stdout).toContain('Usage: lorc events COMMAND')
    expect(stdout).toContain('events tail')
    expect(stdout).not.toContain('runs list')
    expect(stdout).toContain('`lorc events` alone is `lorc events tail`.')
    expect(await lorc('help events')).toEqual({ exit, stdout, stderr: '' })
  })

  it('is not what an unknown option without a command is answered with', async () => {
    const { exit, stdout, stderr } = await lorc('--workspaec x')
    expect([exit, stdout]).toEqual([2, ''])
    expect(stderr).toBe('error[CLI_OPTION_UNKNOWN]: there is no option `--workspaec` here.\nfix: did you mean `--workspace`?\n')
  })

  it('tells the version among other options, too', async () => {
    expect(await lorc('--no-color --version')).toEqual({ exit: 0, stdout: '1.2.3\n', stderr: '' })
  })

  it('goes to stderr, with exit status 2, when a command is missing', async () => {
    const { exit, stdout, stderr } = await lorc('')
    expect([exit, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Usage: lorc COMMAND')
  })

  it.each(commandNames().map(([name]) => name))('of %s has usage, options, examples and exit status', async (name) => {
    const { exit, stdout, stderr } = await lorc(`${name} --help`)
    expect([exit, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`Usage: lorc ${name}`)
    for (const part of [
      'Options of every command:',
      '--workspace DIR',
      'Examples:\n  # ',
      `  lorc ${name}`,
      'Exit status: 0 done',
    ]) {
      expect(stdout).toContain(part)
    }
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(stdout).not.toMatch(/\w\.{4}/)
    expect((await lorc(`help ${name}`)).stdout).toBe(stdout)
    expect((await lorc(`${name} -h`)).stdout).toBe(stdout)
  })

  it('of run, as a whole', async () => {
    expect((await lorc('run --help')).stdout).toMatchSnapshot()
  })

  it('is coloured on a terminal, not with --no-color or NO_COLOR', async () => {
    expect((await lorc('--help', { tty: true })).stdout).toContain('\x1b[')
    expect((await lorc('--help --no-color', { tty: true })).stdout).not.toContain('\x1b[')
    expect((await lorc('--help', { tty: true, env: { NO_COLOR: '1' } })).stdout).not.toContain('\x1b[')
  })
})

describe('wrong usage', () => {
  it.each([
    ['rnu', 'there is no command `lorc rnu`.\nfix: did you mean `lorc run`?'],
    [
      'recipes/daily.yaml',
      'there is no command `lorc recipes/daily.yaml`.\nfix: did you mean `lorc run recipes/daily.yaml`?',
    ],
    ['rusn list', 'there is no command `lorc rusn`.\nfix: did you mean `lorc runs list`?'],
    ['runs lst', 'there is no command `lorc runs lst`.\nfix: did you mean `lorc runs list`?'],
    ['logs', 'there is no command `lorc logs`.\nfix: did you mean `lorc runs logs`?'],
    ['status', 'there is no command `lorc status`.\nfix: did you mean `lorc runs show`?'],
    ['runs last', 'there is no command `lorc runs last`.\nfix: did you mean `lorc runs show last`?'],
    ['constructor', 'there is no command `lorc constructor`.\nfix: `lorc --help` lists the commands.'],
    ['jobs frobnicate', 'there is no command `lorc jobs frobnicate`.\nfix: `lorc jobs --help` lists the commands.'],
    ['-C', '--workspace needs a value: --workspace DIR.'],
  ])('%s', async (line, message) => {
    const { exit, stdout, stderr } = await lorc(line)
    expect([exit, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it('shows the usage line of the command', async () => {
    const { exit, stdout, stderr } = await lorc('runs list --limt 3')
    expect([exit, stdout]).toEqual([2, ''])
    expect(stderr).toBe(
      'error[CLI_OPTION_UNKNOWN]: there is no option `--limt` here.\nfix: did you mean `--limit`?\nusage: lorc ' +
        'runs list [options]\n       lorc runs list --help explains it\n',
    )
  })

  it.each(['run', 'run x --bogus', 'resume', 'step --params', 'run x y z'])(
    'of %s is told on stdout too, in one JSON line',
    async (line) => {
      const { exit, stdout, stderr } = await lorc(line)
      expect(exit).toBe(2)
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text) as unknown)
      const text = expect.any(String) as string
      expect(lines).toEqual([
        {
          status: 'error',
          reason: text,
          exit_code: 2,
          step: null,
          run_id: null,
          code: expect.stringMatching(/^CLI_/) as string,
          errors: [expect.objectContaining({ code: text, message: text })],
        },
      ])
      expect(stderr).toMatch(/^error\[CLI_/)
    },
  )

  it('is a JSON line on stderr with --log-format json', async () => {
    for (const line of ['run --log-format json', 'run --log-format=json']) {
      expect(JSON.parse((await lorc(line)).stderr)).toMatchObject({ level: 'error', code: 'CLI_ARGUMENT_MISSING' })
    }
    expect((await lorc('run x -- --log-format json')).stderr).toMatch(/^error\[/)
  })

  it('has a stack trace with --debug alone', async () => {
    expect((await lorc('rnu')).stderr).not.toContain('    at ')
    expect((await lorc('rnu --debug')).stderr).toContain('    at ')
  })
})

it('global options may come first', async () => {
  const { exit, stdout } = await lorc('--no-color --workspace / config path --json')
  expect([exit, JSON.parse(stdout)]).toEqual([0, { workspace: '/', config_file: null }])
  expect(await lorc('-C / config path --json')).toMatchObject({ exit: 0 })
})

it('a group alone does its most common command', async () => {
  expect((await lorc('runs', { cwd: '/' })).stderr).toBe('no runs\n')
  expect((await lorc('config --json', { cwd: '/' })).stdout).toContain('"workspace": "/"')
})

it('a fault of its own is told as such, with exit status 1', async () => {
  const engine = engineOf({ store: { list: () => Promise.reject(new TypeError('x is undefined')) } })
  const { exit, stderr } = await lorc('runs list', { cwd: '/' }, engine)
  expect(exit).toBe(1)
  expect(stderr).toContain('error[CLI_INTERNAL]: lorc itself failed: x is undefined')
  expect(engine.closed).toBe(1)
})
