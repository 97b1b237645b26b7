import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resultLine, Workspace } from './lorc.fixture.ts'

const STEPS = `
export function load(ctx) {
  console.log('loading')
  process.stdout.write('not for stdout\\n')
  ctx.set('demo.rows_v1', [1, 2, 3])
}
export function stats(ctx) {
  ctx.set('demo.mean_v1', ctx.get('demo.rows_v1').reduce((a, b) => a + b) / 3)
}
export function flaky() {
  throw new Error('kaputt')
}
`
const RECIPE = `
test_meta: { test_id: demo }
steps:
  - { name: load, type: node, module: steps.ts, function: load }
  - { name: stats, type: node, module: steps.ts, function: stats }
  - { name: shout, type: shell, script: shout.sh }
`
const FAILING = `
steps:
  - { name: load, type: node, module: steps.ts, function: load }
  - { name: flaky, type: node, module: flaky.ts, function: default }
  - { name: report, type: node, module: steps.ts, function: stats }
`
const SHOUT = `#!/bin/sh
echo "loud" >&2
echo '{"status":"ok","set":{"demo.shout_v1":"HEY"},"outputs":["demo.shout_v1"]}'
`

describe('a run', () => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await Workspace.make({
      'steps.ts': STEPS,
      'demo.yaml': RECIPE,
      'shout.sh': SHOUT,
      'sub/x': '',
      'lorc.config.json': '{}',
    })
  })
  afterAll(() => workspace.remove())

  it('prints one JSON line on stdout, whatever its steps print, and writes its folder', async () => {
    const ended = await workspace.lorc(['run', 'demo.yaml'])
    const line = resultLine(ended)
    expect([ended.exit, line]).toEqual([
      0,
      {
        status: 'ok',
        ctx_keys: ['demo.mean_v1', 'demo.rows_v1', 'demo.shout_v1'],
        run_id: expect.stringMatching(/^run_\d{4}/) as string,
      },
    ])
    expect(ended.stderr).toMatch(/^demo: 3 steps, run_[^]*\n {2}completed {2}shout {2}\d+ms\ncompleted in \d/)
    expect(ended.stderr).not.toContain('not for stdout')
    const folder = join(workspace.folder, 'runs', String(line['run_id']))
    for (const name of ['run.json', 'results.json', 'logs.jsonl', 'events.ndjson'])
      expect(existsSync(join(folder, name))).toBe(true)
  })

  it('goes on to its end when a step in its process calls process.exit or process.chdir, or sets the exit status', async () => {
    const leaving = await Workspace.make({
      'leave.ts': 'export const sync = () => process.exit(0)\n' +
        'export const late = () => new Promise(() => setTimeout(() => process.exit(0)))\n' +
        "export const move = () => process.chdir('/')\n" +
        'export const mark = () => { process.exitCode = 7 }\n',
      'leave.yaml': ['sync', 'late', 'move', 'mark']
        .map((name) => `  - { name: ${name}, type: node, module: leave.ts, function: ${name}, continue_on_error: true }\n`)
        .reduce((text, step) => text + step, 'steps:\n'),
    })
    const ended = await leaving.lorc(['run', 'leave.yaml'])
    expect([ended.exit, resultLine(ended)['status']]).toEqual([0, 'ok'])
    expect(ended.stderr).toMatch(/failed {5}sync .*the step called process\.exit\(0\)[^]*failed {5}late .*process\.exit\(0\)[^]*failed {5}move .*process\.chdir\(\/\)/)
    expect(ended.stderr).toContain('1 completed, 3 failed')
    await leaving.remove()
  })

  it('can be looked at', async () => {
    const list = JSON.parse((await workspace.lorc(['runs', 'list', '--json'])).stdout) as {
      run_id: string
      status: string
    }[]
    expect(list).toMatchObject([{ name: 'demo', status: 'completed', steps: 3, recipe: 'demo.yaml' }])
    const id = list[0]?.run_id ?? ''
    expect((await workspace.lorc(['runs', 'list'])).stdout).toContain(`${id}  demo    completed`)
    expect((await workspace.lorc(['runs', 'show', id.slice(-6)])).stdout).toMatch(/STEP +STATUS[^]*load +completed/)
    expect(JSON.parse((await workspace.lorc(['runs', 'show', 'last', '--json'])).stdout)).toMatchObject({
      run_id: id,
      steps: [{ name: 'load' }, {}, {}],
    })
    expect((await workspace.lorc(['runs', 'logs', 'last'])).stdout).toBe(
      'load | loading\nload | not for stdout\nshout | loud\n',
    )
    expect((await workspace.lorc(['runs', 'logs', 'last', 'load', '-f'])).stdout).toBe('loading\nnot for stdout\n')
    expect((await workspace.lorc(['runs', 'context', 'last', 'demo.mean_v1'])).stdout).toBe('2\n')
    expect(
      JSON.parse((await workspace.lorc(['runs', 'context', 'last', 'demo.mean_v1', '--blame', '--json'])).stdout),
    ).toMatchObject({ step: 'stats', attempt: 1 })
    expect((await workspace.lorc(['verify', 'last'])).stdout).toMatch(/^ok {2}run_.*: \d+ events/)
    expect(await workspace.lorc(['cancel', 'last'])).toMatchObject({ exit: 0, stdout: `${id}: had ended already\n` })
  })

  it('that completed is not run again by resume', async () => {
    const before = resultLine(await workspace.lorc(['run', 'demo.yaml', '--quiet']))
    const ended = await workspace.lorc(['resume', 'last'])
    expect([ended.exit, resultLine(ended)]).toEqual([0, before])
    expect(ended.stderr).toContain('the run had completed: this is its recorded result')
    expect(ended.stderr).not.toContain('started')
  })

  it('of some of its steps', async () => {
    const only = await workspace.lorc(['run', '--only', 'load', 'stats', 'demo.yaml'])
    expect(resultLine(only)).toMatchObject({ ctx_keys: ['demo.mean_v1', 'demo.rows_v1'] })
    expect(only.stderr).toContain('  skipped    shout')
    const skip = await workspace.lorc(['run', 'demo.yaml', '--skip', 'shout,stats', '--log-format', 'json'])
    expect(resultLine(skip)).toMatchObject({ ctx_keys: ['demo.rows_v1'] })
    const lines = skip.stderr
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { event: string })
    expect([lines[0]?.event, lines.at(-1)?.event]).toEqual(['run.created', 'run.completed'])
    const from = await workspace.lorc(['run', 'demo.yaml', '--resume-from', 'stats'])
    expect(resultLine(from)['ctx_keys']).toEqual(['demo.mean_v1', 'demo.rows_v1', 'demo.shout_v1'])
    expect(from.stderr).toMatch(/^what is not run again is taken from run_\S+$/m)
  })

  it('is of the workspace, from whichever folder below it', async () => {
    const { stdout } = await workspace.lorc(['config', 'show', '--json', '-C', 'sub'])
    expect(JSON.parse(stdout)).toMatchObject({ workspace: join(workspace.folder, 'sub'), config_file: null })
    const below = await workspace.shell('--version >/dev/null && cd sub && lorc run ../demo.yaml --only load --quiet')
    expect([below.exit, existsSync(join(workspace.folder, 'sub', '.lorc'))]).toEqual([0, false])
  })

  it('is shown in colour only where that is wanted', async () => {
    expect(
      (await workspace.lorc(['run', 'demo.yaml', '--only', 'load'], { env: { FORCE_COLOR: '1' } })).stderr,
    ).toContain('\x1b[32m')
    for (const words of [['--no-color']]) {
      expect(
        (await workspace.lorc(['run', 'demo.yaml', '--only', 'load', ...words], { env: { FORCE_COLOR: '1' } })).stderr,
      ).not.toContain('\x1b[')
    }
  })

  it('is found broken when one byte of its journal is another', async () => {
    const { DatabaseSync } = await import('node:sqlite')
    const ended = await workspace.lorc(['run', 'demo.yaml', '--only', 'load', '--quiet'])
    expect(ended.exit).toBe(0)
    const db = new DatabaseSync(join(workspace.folder, '.lorc', 'lorc.db'))
    const tables = db
      .prepare(
        "select m.name as t, c.name as c from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'",
      )
      .all()
    let changed = 0
    for (const { t, c } of tables) {
      const { changes } = db
        .prepare(
          `update "${String(t)}" set "${String(c)}" = replace("${String(c)}", '"step":"load"', '"step":"laod"') where cast("${String(c)}" as text) like '%step.completed%' and typeof("${String(c)}") = 'text'`,
        )
        .run()
      changed += Number(changes)
    }
    db.close()
    expect(changed).toBeGreaterThan(0)
    expect(await workspace.lorc(['verify', 'last'])).toMatchObject({
      exit: 1,
      stdout: expect.stringMatching(/^broken {2}run_.*: event \d+ is bad: /) as string,
    })
  })
})

describe('a run that fails', () => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await Workspace.make({
      'steps.ts': STEPS,
      'failing.yaml': FAILING,
      'flaky.ts': "export default () => { console.log('look here'); throw new Error('kaputt') }\n",
    })
  })
  afterAll(() => workspace.remove())

  it('says why and where with exit status 1, and resume finishes it once it is mended', async () => {
    const ended = await workspace.lorc(['run', 'failing.yaml'])
    const line = resultLine(ended)
    expect([ended.exit, line]).toEqual([
      1,
      {
        status: 'error',
        reason: 'step `flaky`: kaputt',
        exit_code: 1,
        step: 'flaky',
        run_id: expect.any(String) as string,
      },
    ])
    expect(ended.stderr).toContain('error[STEP_FAILED]: step `flaky`: kaputt\nits log ends with:\n  | look here\n')
    expect(ended.stderr).toContain(`to go on from there: lorc resume ${String(line['run_id'])}\n`)
    expect(ended.stderr).toContain('  blocked    report  by flaky\n')
    await workspace.write('flaky.ts', 'export default () => undefined\n')
    const resumed = await workspace.lorc(['resume', 'last'])
    expect([resumed.exit, resultLine(resumed)]).toEqual([
      0,
      { status: 'ok', ctx_keys: ['demo.mean_v1', 'demo.rows_v1'], run_id: line['run_id'] },
    ])
    expect(resumed.stderr).toContain('changed since the run began, and run as it is now: flaky.ts\n')
    expect(resumed.stderr).not.toContain('load')
  })
})

describe('a scriptlet alone', () => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await Workspace.make({
      'steps.ts': STEPS,
      'shout.sh': SHOUT,
      'fail.sh': `#!/bin/sh\necho '{"status":"error","reason":"no input","exit_code":3,"step":"fail"}'\nexit 3\n`,
      'scriptlets/compute_mean.py': `import json
class ComputeMean:
    def validate(self, ctx, params):
        pass
    def run(self, ctx, params):
        ctx.set("demo.mean_v1", sum(params["xs"]) / len(params["xs"]), who="compute_mean")
        print(json.dumps({"status": "ok", "outputs": ["demo.mean_v1"]}))
        return 0
`,
    })
  })
  afterAll(() => workspace.remove())

  it('prints its one line, what it logs goes to stderr, and nothing is recorded', async () => {
    const node = await workspace.lorc(['step', 'steps.ts#load'])
    expect([node.exit, resultLine(node), node.stderr]).toEqual([
      0,
      { status: 'ok', outputs: ['demo.rows_v1'] },
      'loading\nnot for stdout\n',
    ])
    const shell = await workspace.lorc(['step', 'shout.sh'])
    expect([shell.exit, resultLine(shell), shell.stderr]).toEqual([
      0,
      { status: 'ok', outputs: ['demo.shout_v1'] },
      'loud\n',
    ])
    expect(existsSync(join(workspace.folder, '.lorc', 'lorc.db'))).toBe(false)
  })

  it('of Python is a class, called with the parameters', async () => {
    const python = await workspace.lorc([
      'step',
      'scriptlets/compute_mean.py#ComputeMean',
      '--params',
      '{"xs": [1, 2, 6]}',
    ])
    expect([python.exit, resultLine(python)]).toEqual([0, { status: 'ok', outputs: ['demo.mean_v1'] }])
  })

  it('ends with its own exit status', async () => {
    const ended = await workspace.lorc(['step', 'fail.sh'])
    expect([ended.exit, resultLine(ended)]).toEqual([
      3,
      expect.objectContaining({
        status: 'error',
        reason: expect.stringContaining('no input') as string,
        exit_code: 3,
        step: 'fail',
      }),
    ])
    const thrown = await workspace.lorc(['step', 'steps.ts#flaky'])
    expect([thrown.exit, resultLine(thrown)]).toMatchObject([1, { reason: 'kaputt', exit_code: 1 }])
  })
})

it('a file that stdout goes to holds the one line', async () => {
  const workspace = await Workspace.make({ 'steps.ts': STEPS, 'demo.yaml': RECIPE, 'shout.sh': SHOUT })
  await workspace.shell('run demo.yaml > out.json 2> err.txt')
  expect(JSON.parse(readFileSync(join(workspace.folder, 'out.json'), 'utf8'))).toMatchObject({ status: 'ok' })
  expect((await workspace.shell('runs list --json | head -c 1')).stderr).toBe('')
  await workspace.remove()
})
