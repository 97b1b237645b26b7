import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from '@lorc/server'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'

const here = import.meta.dirname

/** Starts a module on a free port; resolves with its URL once it listens. */
function started(program: string, file: string): Promise<string> {
  const child = spawn(program, [join(here, 'modules', file), '0'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const url = /listens on (\S+)/.exec(said)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('close', () => reject(new Error(`${file} did not start: ${said}`)))
  })
}

const hasPython = spawnSync('python3', ['--version']).status === 0

interface Brief {
  run_id: string
  status: string
  plan: object[]
  results: { 'policy-simulator': { kpis: Record<string, number>; artifacts: string[] }; 'strategy-agent': { brief: string; headline: string; artifacts: string[] } }
  artifacts_path: string
  logs_path: string
}

/** The modules of this folder behind a service of their own, as `start.mjs` starts them. */
async function service({ skip }: TestContext): Promise<{ workspace: string; post: (body: string) => Promise<Response> }> {
  if (!hasPython) skip('python3 is not installed')
  const [simulator, agent] = await Promise.all([started(process.execPath, 'policy-simulator.ts'), started('python3', 'strategy_agent.py')])
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'lorc-policy-')))
  const config = { modules: { 'policy-simulator': { url: simulator }, 'strategy-agent': { url: agent } } }
  const server = await createServer({ workspace, config, store: { kind: 'sqlite', durability: 'process' } })
  onTestFinished(async () => {
    await server.close()
    await rm(workspace, { recursive: true, force: true })
  })
  const { url } = await server.listen({ port: 0 })
  const post = (body: string): Promise<Response> => fetch(`${url}/plan_and_execute`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return { workspace, post }
}

const request = (file: string): Promise<string> => readFile(join(here, file), 'utf8')

describe('both modules and the service', () => {
  it('answer a change of the rate with numbers and a brief, and keep the run', async (context) => {
    const { workspace, post } = await service(context)
    const answer = (await (await post(await request('vat-16.request.json'))).json()) as Brief
    expect(answer).toMatchObject({
      status: 'completed',
      plan: [{ step: 1, module: 'policy-simulator', action: 'execute' }, { step: 2, module: 'strategy-agent', action: 'execute' }],
      results: {
        'policy-simulator': { kpis: { revenue_change: -0.005556 }, artifacts: ['kpis.json', 'plot.svg'] },
        'strategy-agent': { headline: 'VAT in the Dominican Republic: 18.0% to 16.0%', brief: 'brief.md', artifacts: ['brief.md'] },
      },
    })
    const folder = join(workspace, answer.artifacts_path)
    expect((await readdir(folder)).sort()).toEqual(['artifacts', 'events.ndjson', 'logs.jsonl', 'results.json', 'run.json'])
    expect(await readFile(join(folder, 'artifacts/strategy-agent/brief.md'), 'utf8')).toContain('Growth is bought with revenue')
    expect(await readFile(join(folder, 'artifacts/policy-simulator/plot.svg'), 'utf8')).toContain('<svg')
    const again = (await (await post(await request('vat-16.request.json'))).json()) as Brief
    expect(again.results).toEqual(answer.results)
  })

  it('say that nothing changes where the rate stays', async (context) => {
    const { workspace, post } = await service(context)
    const answer = (await (await post(await request('plan_and_execute.request.json'))).json()) as Brief
    expect(answer.results['policy-simulator'].kpis).toMatchObject({ gdp_growth: 0.051, revenue_change: 0 })
    expect(await readFile(join(workspace, answer.artifacts_path, 'artifacts/strategy-agent/brief.md'), 'utf8')).toContain('Nothing changes')
  })

  it('say what they cannot do', async (context) => {
    const { post } = await service(context)
    const told = async (modules: string[], inputs: object): Promise<string> => {
      const response = await post(JSON.stringify({ scenario_id: 's', modules, inputs }))
      expect(response.status).toBe(502)
      return ((await response.json()) as { detail: string }).detail
    }
    expect(await told(['policy-simulator'], { country: 'ZZ', policy_parameters: { vat_rate: 0.1 } })).toContain('there are no figures for the country "ZZ"')
    expect(await told(['policy-simulator'], { country: 'DR' })).toContain('vat_rate has to be a number')
    expect(await told(['policy-simulator'], { country: 'DR', time_horizon_years: 0, policy_parameters: { vat_rate: 0.1 } })).toContain('time_horizon_years')
    expect(await told(['strategy-agent'], {})).toContain('name it before this module')
  })
})
