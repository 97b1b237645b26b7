import { execFileSync, spawn } from 'node:child_process'
import { connect } from 'node:net'
import { freePort } from './free-port.mjs'

/** A Redis of our own on a free port of 127.0.0.1: nothing is acknowledged before it is synced. */
export async function openRedis(scratch) {
  const version = /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1]
  const port = await freePort()
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', scratch, '--save', '']
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always']
  const server = spawn('redis-server', [...settings, ...durable], { stdio: 'ignore' })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 20))
  return {
    port,
    version,
    async close() {
      server.kill()
      await ended
    },
  }
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    }).on('error', () => resolve(false))
  })
}
