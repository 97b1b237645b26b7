import { createServer, type IncomingMessage, type Server } from 'node:http'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resultLine, Workspace } from './lorc.fixture.ts'

const STEPS = `
import { existsSync } from 'node:fs'
export function load(ctx) {
  if (existsSync('broken')) throw new Error('no data')
  ctx.set('demo.rows_v1', [1, 2, 3])
}
export function total(ctx) {
  ctx.set('demo.total_v1', ctx.get('demo.rows_v1').reduce((a, b) => a + b))
}
`
const GATE = `
steps:
  - { name: load, type: node, module: steps.ts, function: load }
  - { name: gate, type: approval, message: 'rows are fine?', approvers: [ann] }
  - { name: total, type: node, module: steps.ts, function: total }
`
const OUTER = `
steps:
  - { name: inner, type: recipe, recipe: gate.yaml, keys: [demo.total_v1] }
`
const REPAIR = `
steps:
  - { name: load, type: node, module: steps.ts, function: load }
  - { name: total, type: node, module: steps.ts, function: total }
`

const idOf = (line: Record<string, unknown>): string => String(line['run_id'])

describe('steering a run', () => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await Workspace.make({
      'steps.ts': STEPS,
      'gate.yaml': GATE,
      'outer.yaml': OUTER,
      'repair.yaml': REPAIR,
      'lorc.config.json': '{}',
    })
  })
  afterAll(() => workspace.remove())

  it('waits for an approval, and tells how to give it', async () => {
    const run = workspace.start(['run', 'gate.yaml'])
    await run.says('to let gate go on: lorc approve run_')
    const [, runId = ''] = /lorc approve (run_\S+) gate --by ann/.exec(run.stderr) ?? []
    expect((await workspace.lorc(['runs', 'list'])).stdout).toContain('waiting for approval')
    expect((await workspace.lorc(['approve', 'last'])).stdout).toContain(`lorc approve ${runId} gate --by ann --reason TEXT`)
    const stranger = await workspace.lorc(['approve', runId, 'gate', '--by', 'bob'])
    expect([stranger.exit, stranger.stderr]).toEqual([1, 'error[APPROVAL_NOT_ALLOWED]: bob may not decide on "gate".\nfix: These may: ann.\n'])
    const decided = await workspace.lorc(['approve', runId, 'gate', '--by', 'ann', '--reason', 'looked at them'])
    expect([decided.exit, decided.stdout]).toEqual([0, `${runId}: approved gate; its driver is told\n`])
    const ended = await run.ended
    expect([ended.exit, resultLine(ended)['ctx_keys']]).toEqual([0, ['demo.rows_v1', 'demo.total_v1']])
    const again = await workspace.lorc(['approve', runId, 'gate', '--by', 'ann'])
    expect([again.exit, again.stderr]).toEqual([1, expect.stringContaining('error[RUN_ENDED]')])
  })

  it('keeps a decision that is made while nobody drives the run', async () => {
    const run = workspace.start(['run', 'gate.yaml'])
    await run.says('to let gate go on')
    run.kill('SIGKILL')
    await run.ended
    const decided = await workspace.lorc(['approve', 'last', 'gate', '--by', 'ann', '--reject', '--reason', 'wrong month'])
    expect([decided.exit, decided.stdout]).toEqual([0, expect.stringContaining('nobody drives it\nto go on with it: lorc resume run_')])
    const ended = await workspace.lorc(['resume', 'last'])
    expect([ended.exit, ended.stderr]).toEqual([1, expect.stringContaining('APPROVAL_REJECTED')])
    expect(ended.stderr).toContain('wrong month')
  })

  it('pauses across processes until it is unpaused', async () => {
    const run = workspace.start(['run', 'gate.yaml'])
    await run.says('to let gate go on')
    expect((await workspace.lorc(['pause', 'last', '--reason', 'maintenance'])).exit).toBe(0)
    await run.says('to let the run go on: lorc unpause run_')
    expect((await workspace.lorc(['approve', 'last', 'gate', '--by', 'ann'])).exit).toBe(0)
    await run.says('approved by ann')
    run.kill('SIGKILL')
    await run.ended
    expect((await workspace.lorc(['runs', 'list', '--status', 'paused', '--json'])).stdout).toContain('"state": "paused"')
    const refused = await workspace.lorc(['resume', 'last'])
    const line = resultLine(refused)
    expect([refused.exit, refused.stderr]).toEqual([1, expect.stringMatching(/RUN_PAUSED.*maintenance[^]*fix: lorc unpause run_/)])
    expect(idOf(line)).toMatch(/^run_/)
    const unpaused = await workspace.lorc(['unpause', 'last'])
    expect([unpaused.exit, unpaused.stdout]).toEqual([0, expect.stringContaining(`to go on with it: lorc resume ${idOf(line)}`)])
    expect((await workspace.lorc(['unpause', 'last'])).stderr).toContain('RUN_NOT_PAUSED')
    const ended = await workspace.lorc(['resume', 'last'])
    expect([ended.exit, idOf(resultLine(ended))]).toEqual([0, idOf(line)])
  })

  it('mends a failed run before it goes on, and records who did it', async () => {
    await workspace.write('broken', '')
    const failed = resultLine(await workspace.lorc(['run', 'repair.yaml']))
    rmSync(join(workspace.folder, 'broken'))
    const words = ['--skip', 'load', '--set', 'demo.rows_v1=[4, 5]', '--by', 'ann', '--reason', 'by hand today']
    const mended = await workspace.lorc(['resume', idOf(failed), ...words])
    expect([mended.exit, resultLine(mended)['ctx_keys']]).toEqual([0, ['demo.rows_v1', 'demo.total_v1']])
    const context = await workspace.lorc(['runs', 'context', 'last', 'demo.total_v1'])
    expect(context.stdout.trim()).toBe('9')
    await workspace.lorc(['resume', 'last', '--set', 'demo.rows_v1=[1]', '--from', 'total', '--by', 'bob', '--reason', 'recount'])
    expect((await workspace.lorc(['runs', 'context', 'last', 'demo.total_v1'])).stdout.trim()).toBe('1')
    const blame = await workspace.lorc(['runs', 'context', 'last', '--blame'])
    expect(blame.stdout).toMatch(/demo\.rows_v1 +bob/)
    const unknown = await workspace.lorc(['resume', 'last', '--from', 'totl', '--reason', 'r'])
    expect([unknown.exit, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean `total`?')])
  })

  it('puts on record what is asked on the command line, without the secrets of the run', async () => {
    await workspace.write('secret.yaml', `secrets: [TOKEN]\n${GATE}`)
    const env = { TOKEN: 's3cret-t0ken' }
    const before = (await workspace.lorc(['audit', 'export'])).stdout.split('\n').length - 1
    const run = workspace.start(['run', 'secret.yaml'], { env })
    await run.says('to let gate go on')
    await workspace.lorc(['pause', 'last', '--by', 'ann', '--reason', 'for s3cret-t0ken'], { env })
    await run.says('to let the run go on')
    await workspace.lorc(['cancel', 'last', '--by', 'bob'], { env })
    const id = idOf(resultLine(await run.ended))
    await workspace.lorc(['resume', 'last', '--skip', 'gate', '--by', 'ann', '--reason', 'no need'], { env })
    const { stdout } = await workspace.lorc(['audit', 'export', '--from', String(before)])
    expect(stdout).not.toContain(env.TOKEN)
    const records = stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    const of = { via: 'cli', target: id }
    expect(records).toMatchObject([
      { ...of, action: 'run.pause', who: 'ann', why: 'for ***', before: { status: 'running', paused: false, waiting_for: ['gate'] } },
      { outcome: 'done', after: { outcome: 'requested' } },
      { ...of, action: 'run.cancel', who: 'bob', why: 'cancelled by hand', before: { paused: true } },
      { outcome: 'done' },
      { ...of, action: 'run.resume', who: 'ann', why: 'no need', before: { status: 'cancelled', asked: { skip: ['gate'] } } },
      { outcome: 'done', after: { status: 'running' } },
    ])
    expect((await workspace.lorc(['audit', 'verify'])).exit).toBe(0)
  })

  it('drives a recipe within a recipe, tells what that waits for, and goes on with both after a kill', async () => {
    const run = workspace.start(['run', 'outer.yaml'])
    await run.says('to let gate go on: lorc approve run_')
    const [, child = ''] = /lorc approve (run_\S+) gate/.exec(run.stderr) ?? []
    run.kill('SIGKILL')
    await run.ended
    const [parent] = JSON.parse((await workspace.lorc(['runs', 'list', '--name', 'outer', '--json'])).stdout) as { run_id: string }[]
    expect((await workspace.lorc(['approve', child, 'gate', '--by', 'ann'])).stdout).toContain('nobody drives it')
    const ended = await workspace.lorc(['resume', parent!.run_id])
    expect([ended.exit, resultLine(ended)]).toEqual([0, { status: 'ok', ctx_keys: ['demo.total_v1'], run_id: parent!.run_id }])
    const shown = JSON.parse((await workspace.lorc(['runs', 'show', parent!.run_id, '--json'])).stdout) as { steps: object[] }
    expect(shown.steps).toMatchObject([{ name: 'inner', status: 'completed', child_run: child }])
    expect(JSON.parse((await workspace.lorc(['runs', 'show', child, '--json'])).stdout)).toMatchObject({
      status: 'completed',
      parent: { run_id: parent!.run_id, step: 'inner' },
    })
    expect(readdirSync(join(workspace.folder, 'runs', child))).toContain('run.json')
  })
})

const SECRET = 'sup3r-s3cret/value'

describe('requests and secrets', () => {
  let workspace: Workspace
  let server: Server
  const seen: IncomingMessage[] = []

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request)
      const ok = request.url === '/rows'
      response.writeHead(ok ? 200 : 403, { 'content-type': 'application/json' })
      response.end(JSON.stringify(ok ? { rows: [1, 2] } : { token: request.headers.authorization }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const request = (path: string): string => `url: '${origin}/${path}', env: [API_KEY], headers: { authorization: 'Bearer \${{ env.API_KEY }}' }`
    workspace = await Workspace.make({
      'ask.yaml': `
secrets: [API_KEY]
steps:
  - { name: rows, type: http, ${request('rows')}, set: { api.rows_v1: 'response.body.rows' } }
  - { name: tell, type: shell, script: tell.sh, env: [API_KEY] }
`,
      'denied.yaml': `
secrets: [API_KEY]
steps:
  - { name: rows, type: http, ${request('denied')} }
`,
      'leak.yaml': `
secrets: [API_KEY]
steps:
  - { name: leak, type: node, module: leak.ts, function: default, env: [API_KEY] }
`,
      'tell.sh': `#!/bin/sh
echo "key=$API_KEY" >&2
printf '%s' "$API_KEY" | base64 >&2
echo '{"status":"ok","outputs":[]}'
`,
      'leak.ts': `export default (ctx, params, step) => {
        console.log('the key is', step.env.API_KEY)
        ctx.set('my.key_v1', { key: step.env.API_KEY })
      }`,
      'lorc.config.json': '{}',
    })
  })
  afterAll(async () => {
    server.close()
    await workspace.remove()
  })

  const env = { API_KEY: SECRET }

  function nowhereOnDisk(): void {
    for (const entry of readdirSync(workspace.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const text = readFileSync(join(entry.parentPath, entry.name), 'latin1')
      expect(text.includes(SECRET) || text.includes(JSON.stringify(SECRET).slice(1, -1)), entry.name).toBe(false)
    }
  }

  it('sends what it must and records none of it', async () => {
    const ended = await workspace.lorc(['run', 'ask.yaml', '--follow'], { env })
    expect([ended.exit, resultLine(ended)['ctx_keys']]).toEqual([0, ['api.rows_v1']])
    expect(seen.at(-1)?.headers.authorization).toBe(`Bearer ${SECRET}`)
    expect(ended.stdout + ended.stderr).not.toContain(SECRET)
    const logs = await workspace.lorc(['runs', 'logs', 'last'])
    expect(logs.stdout).toContain('key=***')
    expect(logs.stdout).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\/rows 200, 14 bytes/)
    nowhereOnDisk()
  })

  it('masks an answer that gives the secret back', async () => {
    const ended = await workspace.lorc(['run', 'denied.yaml'], { env })
    expect([ended.exit, ended.stderr]).toEqual([1, expect.stringContaining('HTTP_STATUS')])
    expect(ended.stderr).toContain('{"token":"Bearer ***"}')
    const shown = await workspace.lorc(['runs', 'show', 'last', '--json'])
    expect(ended.stdout + ended.stderr + shown.stdout).not.toContain(SECRET)
    nowhereOnDisk()
  })

  it('refuses a value that holds it, and a run without it', async () => {
    const leaked = await workspace.lorc(['run', 'leak.yaml'], { env })
    expect([leaked.exit, leaked.stderr]).toEqual([1, expect.stringContaining('The context value my.key_v1.key holds the secret API_KEY.')])
    expect(leaked.stderr).toContain('the key is ***')
    const missing = await workspace.lorc(['run', 'leak.yaml'])
    expect([missing.exit, missing.stderr]).toEqual([2, expect.stringContaining('error[SECRET_MISSING]: The secret API_KEY is not set in the environment.')])
    expect(resultLine(missing)).toMatchObject({ exit_code: 2, run_id: null, code: 'SECRET_MISSING' })
    nowhereOnDisk()
  })
})
