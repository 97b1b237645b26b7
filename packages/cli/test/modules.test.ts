import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resultLine, type Ended, type Started, Workspace } from './lorc.fixture.ts'

interface Call {
  module: string
  key: string
  body: { parameters: object; inputs: { rate?: number; results?: object }; metadata: { attempt: number } }
}

/** Two modules on one port: `first` counts with the rate that it is given, `second` with what `first` put out. */
class Modules {
  readonly calls: Call[] = []
  /** Calls of `second` that are not answered before the process that made them is gone. */
  hanging = 0
  factor = 2
  readonly #server: Server
  #arrived: (() => void) | undefined

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => this.#answer(request.url ?? '', String(request.headers['idempotency-key']), Buffer.concat(chunks).toString(), response))
    })
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get config(): string {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return JSON.stringify({ leaseSec: 1, modules: { first: { url: `${url}/first` }, second: { url: `${url}/second` } } })
  }

  called(module: string): Call[] {
    return this.calls.filter((call) => call.module === module)
  }

  /** Resolves once a call hangs. */
  async hangs(): Promise<void> {
    await new Promise<void>((resolve) => (this.#arrived = resolve))
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #answer(path: string, key: string, text: string, response: ServerResponse): void {
    const [, module = '', route] = path.split('/')
    const reply = (value: object): void => void response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    if (route !== 'execute') return reply({ status: 'ok', version: '1.0.0' })
    const body = JSON.parse(text) as Call['body']
    this.calls.push({ module, key, body })
    if (module === 'second' && this.hanging > 0) {
      this.hanging -= 1
      this.#arrived?.()
      return
    }
    const before = (body.inputs.results as { first?: { revenue: number } } | undefined)?.first?.revenue ?? 0
    const outputs = module === 'first' ? { revenue: (body.inputs.rate ?? 0) * this.factor } : { brief: `revenue ${before}` }
    const artifacts = module === 'second' ? [{ name: 'brief.md', content: `# ${outputs.brief}\n` }] : []
    reply({ status: 'ok', module, outputs, artifacts })
  }
}

const SCENARIO = { scenario_id: 'vat', modules: ['first', 'second'], inputs: { rate: 16 }, run_options: { seed: 7 } }

let modules: Modules
let workspace: Workspace
let server: Started | undefined
beforeEach(async () => {
  modules = new Modules()
  await modules.listen()
  workspace = await Workspace.make({ 'lorc.config.json': modules.config })
})
afterEach(async () => {
  server?.kill('SIGKILL')
  await server?.ended
  modules.close()
  await workspace.remove()
})

async function serve(): Promise<string> {
  const served = await workspace.serve()
  server = served.server
  return served.url
}

/** A scenario whose first module is done and whose second is being called as its server is killed. */
async function killedMidway(): Promise<string> {
  modules.hanging = 1
  const url = await serve()
  const hangs = modules.hangs()
  const answer = await fetch(`${url}/plan_and_execute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'respond-async' },
    body: JSON.stringify(SCENARIO),
  })
  expect(answer.status).toBe(202)
  await hangs
  server?.kill('SIGKILL')
  await server?.ended
  return ((await answer.json()) as { run_id: string }).run_id
}

function expectGoneOn(): void {
  expect(modules.called('first')).toHaveLength(1)
  const [before, after] = modules.called('second')
  expect(modules.called('second')).toHaveLength(2)
  expect([after?.key, after?.body.metadata.attempt, after?.body.inputs.results]).toEqual([before?.key, 2, { first: { revenue: 32 } }])
}

const ok = ({ exit, stderr }: Ended): void => expect(exit, stderr).toBe(0)

describe('a scenario whose server is killed between its modules', () => {
  it('goes on by itself with the next server', async () => {
    const runId = await killedMidway()
    const url = await serve()
    const run = async (): Promise<{ status: string; results: unknown }> => (await (await fetch(`${url}/runs/${runId}`)).json()) as never
    await expect.poll(async () => (await run()).status).toBe('completed')
    expect((await run()).results).toEqual({ first: { revenue: 32 }, second: { brief: 'revenue 32', artifacts: ['brief.md'] } })
    expectGoneOn()
  })

  it('goes on with `lorc resume` where its modules are known, and is repeated, compared, bundled and replayed from the command line', async () => {
    const runId = await killedMidway()
    await workspace.write('lorc.config.json', '{ "leaseSec": 1 }')
    const refused = await workspace.lorc(['resume', runId])
    expect([refused.exit === 0, refused.stderr]).toEqual([false, expect.stringContaining('modules: { NAME: { url } }')])
    await workspace.write('lorc.config.json', modules.config)
    const resumed = await workspace.lorc(['resume', runId, '--quiet'])
    expect(resultLine(resumed)).toMatchObject({ status: 'ok', ctx_keys: ['modules.first_v1', 'modules.second_v1'] })
    expectGoneOn()
    const again = await workspace.lorc(['rerun', runId])
    expect(resultLine(again)).toMatchObject({ status: 'ok', rerun_of: runId, same: true })
    expect(modules.calls.slice(-2).map(({ module, body }) => [module, body.parameters, body.inputs.rate])).toEqual([['first', { seed: 7 }, 16], ['second', { seed: 7 }, 16]])
    expect(again.stderr).not.toContain('environment')
    modules.factor = 3
    const other = await workspace.lorc(['rerun', runId])
    expect([other.exit, resultLine(other)]).toEqual([1, expect.objectContaining({ status: 'error', same: false })])
    expect(other.stderr).toContain('$.outputs.revenue: 32 → 48')
    ok(await workspace.lorc(['runs', 'bundle', runId, '-o', 'vat.lorc.gz']))
    modules.close()
    const elsewhere = await Workspace.make({})
    try {
      const replayed = await elsewhere.lorc(['replay', join(workspace.folder, 'vat.lorc.gz'), '--quiet'])
      expect(resultLine(replayed), replayed.stderr).toMatchObject({ status: 'ok', replay_of: runId, same: true })
      const [run = ''] = readdirSync(join(elsewhere.folder, 'runs'))
      expect(readFileSync(join(elsewhere.folder, 'runs', run, 'artifacts/second/brief.md'), 'utf8')).toBe('# revenue 32\n')
    } finally {
      await elsewhere.remove()
    }
  })
})
