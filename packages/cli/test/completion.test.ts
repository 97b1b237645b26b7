import { execFileSync, spawnSync } from 'node:child_process'
import { env } from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resultLine, Workspace } from './lorc.fixture.ts'
import { hasTmux, inTerminal, Terminal } from './terminal/terminal.fixture.ts'

let workspace: Workspace
let runId: string
beforeAll(async () => {
  workspace = await Workspace.make({
    'demo.yaml': 'name: demo\nsteps:\n  - { name: load, type: shell, script: ok.sh }\n  - { name: report, type: shell, script: ok.sh }\n',
    'deep/other.yaml': '',
    'deep/my plan.yaml': 'name: deep\nsteps:\n  - { name: only_step, type: shell, script: ok.sh }\n',
    "odd/it's (1) & $x.yaml": '',
    'ok.sh': '#!/bin/sh\necho \'{"status":"ok"}\'\n',
    'notes.txt': '',
    'package.json': JSON.stringify({ name: 'app', dependencies: { '@acme/toy': '1.0.0' } }),
    'node_modules/@acme/toy/package.json': JSON.stringify({
      name: '@acme/toy',
      lorc: { jobs: { hello: { module: './jobs.js', params: { type: 'object', properties: { mode: { enum: ['full', 'delta'] } } } } } },
    }),
    'node_modules/@acme/toy/jobs.js': 'export default () => {}',
  })
  const words = workspace.command([]).map((word) => `'${word}'`)
  await workspace.write('lorc.sh', `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`)
  runId = String(resultLine(await workspace.lorc(['run', 'demo.yaml']))['run_id'])
})
afterAll(() => workspace.remove())

async function complete(...words: string[]): Promise<string[]> {
  const { exit, stdout, stderr } = await workspace.lorc(['__complete', '--', ...words])
  expect([exit, stderr]).toEqual([0, ''])
  return stdout.split('\n').slice(0, -1).map((line) => line.split('\t')[0] ?? '')
}

describe('what is proposed', () => {
  it('is commands, groups, and what is in them', async () => {
    expect(await complete('')).toEqual(expect.arrayContaining(['run', 'runs', 'resume', 'doctor', 'completion']))
    expect(await complete('val')).toEqual(['validate'])
    expect(await complete('runs', 'l')).toEqual(['list', 'logs'])
    expect(await complete('help', 'doc')).toEqual(['doctor'])
    expect(await complete('nothing', '')).toEqual([])
  })

  it('is options, without those that were given, and their values', async () => {
    expect(await complete('run', 'demo.yaml', '--fail')).toEqual(['--fail-fast'])
    expect(await complete('run', '--fail-fast', '--fail')).toEqual([])
    expect(await complete('runs', 'list', '--status', 'c')).toEqual(['completed', 'cancelled'])
    expect(await complete('runs', 'list', '--status=fa')).toEqual(['--status=failed'])
    expect(await complete('runs', 'list', '--status=failed', '')).toEqual([])
    expect(await complete('--deb')).toEqual(['--debug'])
  })

  it('is recipes and folders', async () => {
    expect(await complete('run', 'de')).toEqual(['deep/', 'demo.yaml'])
    expect(await complete('run', 'deep/')).toEqual(['deep/my plan.yaml', 'deep/other.yaml'])
    expect(await complete('validate', 'demo.yaml', 'd')).toEqual(['deep/', 'demo.yaml'])
    expect(await complete('run', '-C', 'd')).toEqual(['deep/'])
    expect(await complete('run', './d')).toEqual(['./deep/', './demo.yaml'])
    expect(await complete('run', 'nowhere/')).toEqual([])
  })

  it('is steps of the recipe or of the run, also after a comma', async () => {
    expect(await complete('run', 'demo.yaml', '--only', '')).toEqual(['load', 'report'])
    expect(await complete('run', 'demo.yaml', '--only', 'load,')).toEqual(['load,report'])
    expect(await complete('runs', 'logs', 'last', 're')).toEqual(['report'])
    expect(await complete('run', '--only', '')).toEqual([])
  })

  it('is runs, recipes that ran, shells and templates', async () => {
    expect(await complete('runs', 'show', '')).toEqual(['last', runId])
    expect(await complete('runs', 'diff', 'last', 'run_')).toEqual([runId])
    expect(await complete('stats', 'demo')).toEqual(['demo', 'demo.yaml'])
    expect(await complete('completion', 'z')).toEqual(['zsh'])
    expect(await complete('init', 'p')).toEqual(['python', 'pipeline'])
  })

  it('is nothing where the recipe is wrong, and leaves nothing behind where nothing is', async () => {
    expect(await complete('run', 'deep/other.yaml', '--only', '')).toEqual([])
    const empty = await Workspace.make({})
    expect((await empty.lorc(['__complete', '--', 'runs', 'show', ''])).stdout).toBe('')
    expect(execFileSync('ls', ['-A', empty.folder], { encoding: 'utf8' })).toBe('')
    await empty.remove()
  })
})

it('refuses a shell that it does not know', async () => {
  expect(await workspace.lorc(['completion', 'tcsh'])).toMatchObject({ exit: 2, stderr: expect.stringContaining('bash, zsh, fish') as string })
})

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0
const named = (shell: string): string => (has(shell) ? shell : `${shell} (left out: it is not installed)`)
const PRELUDE = (shell: string): string => `lorc() { ./lorc.sh "$@"; }; eval "$(lorc completion ${shell})"`
const inShell = (shell: string, script: string): string[] =>
  execFileSync(shell, ['-c', script], { cwd: workspace.folder, encoding: 'utf8', env: { PATH: env['PATH'] ?? '', HOME: workspace.folder } }).trim().split('\n')

describe('in a real shell', () => {
  it.skipIf(!has('bash'))(named('bash'), () => {
    const ask = (words: string[], line = words.join(' ')): string[] =>
      inShell('bash', `${PRELUDE('bash')}; COMP_WORDS=(lorc ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; COMP_LINE='lorc ${line}'; _lorc; printf '%s\n' "\${COMPREPLY[@]}"`)
    expect(ask(['runs', 'sh'])).toEqual(['show'])
    expect(ask(['run', 'demo.yaml', '--only', ''])).toEqual(['load', 'report'])
    expect(ask(['runs', 'show', ''])).toEqual(['last', runId])
    // Bash breaks words where lorc does not.
    expect(ask(['run', '@', 'acme/t'], 'run @acme/t')).toEqual(['@acme/toy'])
    expect(ask(['run', '@', 'acme/toy', 'h'], 'run @acme/toy  h')).toEqual(['hello'])
    expect(ask(['run', '@', 'acme/toy', 'hello', '-p', 'mode', '='], 'run @acme/toy hello -p mode=')).toEqual(['full', 'delta'])
    expect(ask(['run', '@', 'acme/toy', 'hello', '-p', 'mode', '=', 'd'], 'run @acme/toy hello -p mode=d')).toEqual(['delta'])
    expect(ask(['runs', 'list', '--status', '=', 'fa'], 'runs list --status=fa')).toEqual(['failed'])
    // A path with a space, which ends no word.
    expect(ask(['run', 'deep/my'])).toEqual(['deep/my\\ plan.yaml'])
    expect(ask(['run', 'deep/my\\ plan.yaml', '--only', ''])).toEqual(['only_step'])
    // What means something else to bash, outside of quotes and within.
    expect(ask(['run', 'odd/'])).toEqual([String.raw`odd/it\'s\ \(1\)\ \&\ \$x.yaml`])
    expect(ask(['run', '"odd/'])).toEqual([String.raw`odd/it's (1) & \$x.yaml`])
    expect(ask(['run', '~/de'])).toEqual(['~/deep/', '~/demo.yaml'])
  })

  it.skipIf(!has('fish'))(named('fish'), () => {
    const ask = (line: string): string[] =>
      inShell('fish', `function lorc; ./lorc.sh $argv; end; lorc completion fish | source; complete -C '${line}'`)
    expect(ask('lorc runs sh')).toEqual(['show\tShow what became of a run and its steps'])
    expect(ask('lorc run demo.yaml --only ')).toEqual(['load\tshell', 'report\tshell'])
    expect(ask('lorc runs list --status=fa')).toEqual(['--status=failed'])
    expect(ask('lorc run "deep/my plan.yaml" --only ')).toEqual(['only_step\tshell'])
  })

  describe.skipIf(!hasTmux || !has('zsh'))(inTerminal(named('zsh')), () => {
    it('completes at the press of Tab', async () => {
      const terminal = new Terminal(workspace.folder, 100, 30)
      try {
        terminal.type('zsh -f')
        terminal.type(`PS1='> '; autoload -Uz compinit; compinit -u -D; ${PRELUDE('zsh')}; clear; echo ready`)
        await terminal.until(/ready\n>/)
        terminal.write('lorc runs sh')
        terminal.press('Tab')
        await terminal.until(/> lorc runs show/)
        terminal.write('l')
        terminal.press('Tab')
        await terminal.until(/> lorc runs show last/)
        terminal.press('C-u')
        terminal.write('lorc run demo.yaml --only ')
        terminal.press('Tab')
        await terminal.until(/load {2}-- shell[^]*report {2}-- shell/)
        terminal.press('C-u')
        terminal.write("lorc runs list --status=fa")
        terminal.press('Tab')
        await terminal.until(/> lorc runs list --status=failed/)
        terminal.press('C-u')
        terminal.write("lorc run 'deep/my plan.yaml' --only 'on")
        terminal.press('Tab')
        await terminal.until(/--only 'only_step'/)
      } finally {
        terminal.close()
      }
    })

    it('completes at the first press, too, as a file of its fpath, and beneath the home', async () => {
      const terminal = new Terminal(workspace.folder, 100, 30)
      try {
        terminal.type('zsh -f')
        terminal.type(`PS1='> '; HOME=$PWD; lorc() { ./lorc.sh "$@"; }; mkdir .zfunc; lorc completion zsh > .zfunc/_lorc`)
        terminal.type('fpath=(~/.zfunc $fpath); autoload -Uz compinit; compinit -u -D; clear; echo ready')
        await terminal.until(/ready\n>/)
        terminal.write('lorc run ~/deep/my')
        terminal.press('Tab')
        await terminal.until(/> lorc run ~\/deep\/my\\ plan.yaml/)
      } finally {
        terminal.close()
      }
    })
  })
})
