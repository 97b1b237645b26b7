import * as restate from '@restatedev/restate-sdk'
import * as clients from '@restatedev/restate-sdk-clients'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http2'
import { createRequire } from 'node:module'
import { crowd } from './crowd.mjs'
import { fib } from './fib.mjs'
import { freePort } from './free-port.mjs'
import { versionOf } from './version.mjs'

const nothing = async () => null

const service = restate.service({
  name: 'bench',
  handlers: {
    sequence: async (ctx, { steps }) => {
      for (let i = 0; i < steps; i++) await ctx.run(`s${i}`, nothing)
    },
    fanOut: async (ctx, { steps }) => {
      await restate.RestatePromise.all(Array.from({ length: steps }, (_, i) => ctx.run(`s${i}`, nothing)))
    },
    fib: async (ctx, { times, n }) => {
      for (let i = 0; i < times; i++) await ctx.run(`s${i}`, async () => fib(n))
    },
  },
})

/** A Restate server of our own with its defaults, and its service in the process that asks for the runs. */
export async function open({ scratch }) {
  const require = createRequire(import.meta.url)
  const [ingress, admin, node, own] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const binary = require.resolve(`@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`)
  const server = spawn(binary, ['--no-logo', '--base-dir', scratch, '--listen-mode', 'tcp', '--bind-ip', '127.0.0.1'], {
    stdio: 'ignore',
    env: {
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_BIND_PORT: String(node),
      RESTATE_INGRESS__BIND_PORT: String(ingress),
      RESTATE_ADMIN__BIND_PORT: String(admin),
    },
  })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  const endpoint = createServer(restate.createEndpointHandler({ services: [service], logger: () => {} }))
  await new Promise((resolve) => endpoint.listen(own, '127.0.0.1', resolve))
  await register(`http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${own}` })
  const bench = clients.connect({ url: `http://127.0.0.1:${ingress}` }).serviceClient({ name: 'bench' })
  return {
    version: versionOf('@restatedev/restate-server'),
    settings: 'one node as it comes, own RocksDB',
    tasks: {
      sequence: (steps) => bench.sequence({ steps }),
      fanOut: (steps) => bench.fanOut({ steps }),
      runs: (runs, { steps, atOnce }) => crowd(runs, atOnce, () => bench.sequence({ steps })),
      fib: (times, { n }) => bench.fib({ times, n }),
    },
    async close() {
      server.kill()
      await ended
      endpoint.close()
    },
  }
}

async function register(url, body) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  for (let tries = 0; ; tries++) {
    const answer = await fetch(url, request).catch(() => undefined)
    if (answer?.ok) return
    if (tries > 300) throw new Error(`Restate did not take its service: ${answer ? await answer.text() : 'no answer'}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
