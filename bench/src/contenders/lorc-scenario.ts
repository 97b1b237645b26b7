import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { crowd } from '../../peers/crowd.mjs'
import type { Contender, OpenOptions } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'
import { serveLorc } from './served.ts'

const SCENARIO = { scenario_id: 'bench', modules: ['echo'], inputs: { country: 'DR', rates: [0.16, 0.18] }, run_options: { seed: 42 } }
const QUESTION = { run_id: 'run_0', parameters: { seed: 42 }, inputs: SCENARIO.inputs, metadata: { scenario_id: 'bench', step: 'echo' } }

/** One module over HTTP on loopback. Variants: `module`, asked directly, `lorc serve`, asked for a scenario with that module. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const module = createServer((question, answer) => {
    const chunks: Buffer[] = []
    question.on('data', (chunk: Buffer) => chunks.push(chunk))
    question.on('end', () => {
      const { inputs = {} } = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as { inputs?: object })
      answer.setHeader('content-type', 'application/json').end(JSON.stringify({ status: 'ok', module: 'echo', outputs: { inputs } }))
    })
  })
  await once(module.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(module.address() as AddressInfo).port}`
  writeFileSync(join(scratch, 'lorc.config.yaml'), `modules:\n  echo:\n    url: ${url}\n`)
  const service = variant === 'module' ? undefined : await serveLorc(scratch)
  const agent = new Agent({ keepAlive: true })
  const target = service ? `${service.url}/plan_and_execute` : `${url}/execute`
  const body = JSON.stringify(service ? SCENARIO : QUESTION)
  return {
    version: service ? lorcVersion : '',
    settings: service ? 'SQLite store, `power` (WAL, synchronous FULL); the run folder is written before the answer' : '',
    tasks: { post: (size, { atOnce }) => crowd(size, Number(atOnce), () => post(agent, target, body)) },
    async close() {
      agent.destroy()
      await service?.stop()
      module.closeAllConnections()
      module.close()
    },
  }
}

/** Resolves when the answer was read to its end; rejects where it is none of status 200. */
function post(agent: Agent, url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const question = request(url, { method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve()
        else reject(new Error(`${url} answered ${answer.statusCode}: ${Buffer.concat(chunks).toString()}`))
      })
      answer.on('error', reject)
    })
    question.on('error', reject)
    question.end(body)
  })
}
