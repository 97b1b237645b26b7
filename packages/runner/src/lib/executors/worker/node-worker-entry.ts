import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import process from 'node:process'
import { ask, CONTROL_FD, frame, REQUEST_FD, unframe, type RunMessage, type SyncSocket } from './node-protocol.ts'
import { NodeWorkerHost } from './node-worker-host.ts'
import { measurePeakRss } from './peak-rss.ts'

/** Made when the attempt's code asks for its signal. */
let ending: AbortController | undefined

const control = new Socket({ fd: CONTROL_FD, readable: true, writable: true })
// The runner is gone, or has no more use for this process: nothing that it started stays either.
control.on('close', leave)
control.on('error', () => undefined)

function leave(): never {
  try {
    // This process leads its group; a runner that lives gives the others their time to end.
    if (!ending?.signal.aborted) process.kill(-process.pid, 'SIGKILL')
  } finally {
    process.exit(0)
  }
}

const requests: SyncSocket = {
  write(bytes) {
    for (let sent = 0; sent < bytes.length; ) sent += writeSync(REQUEST_FD, bytes, sent)
  },
  read(buffer) {
    for (let got = 0; got < buffer.length; ) {
      const bytes = readSync(REQUEST_FD, buffer, got, buffer.length - got, null)
      if (bytes === 0) leave()
      got += bytes
    }
  },
}

/** The runner reads what is printed, to mask it. */
const isPiped = !fstatSync(1).isFile()

/** Opens `path` as fd `number`: the lowest free number is what open(2) gives, and this one has just become free. */
function redirect(number: number, path: string): void {
  closeSync(number)
  if (openSync(path, 'a') !== number) throw new Error(`fd ${number} was taken while it was redirected`)
}

const abort = (): void => ending?.abort(new Error('The step was told to end.'))

const host = new NodeWorkerHost({
  send: (message) => void control.write(frame(message)),
  ask: (request) => ask(requests, request),
  enter({ env, workspace, logPath }) {
    ending = undefined
    process.off('SIGTERM', abort)
    for (const name of Object.keys(process.env)) if (!(name in env)) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, env)
    process.chdir(workspace)
    if (logPath === null) return
    redirect(1, logPath)
    redirect(2, logPath)
  },
  async printed() {
    if (!isPiped) return
    for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write('', resolve))
  },
  // What is a pipe may be full for a moment; a file never is.
  write: (text) => (isPiped ? void process.stderr.write(text) : void writeSync(2, text)),
  signal() {
    if (ending === undefined) {
      ending = new AbortController()
      process.on('SIGTERM', abort)
    }
    return ending.signal
  },
  measure() {
    const before = process.cpuUsage()
    const peak = measurePeakRss({ proc: '/proc/self', maxRss: () => process.resourceUsage().maxRSS * 1024 })
    return () => {
      const { user, system } = process.cpuUsage(before)
      return { cpuUserMs: user / 1000, cpuSystemMs: system / 1000, peakRssBytes: peak(), exitCode: null }
    }
  },
  pending: () => process.getActiveResourcesInfo().length,
})

process.on('uncaughtException', (error) => host.stray(error))
process.on('unhandledRejection', (error) => host.stray(error))
control.on(
  'data',
  unframe((message) => {
    // It rejects only when the process cannot be made ready for the attempt: then it is of no use.
    host.run(message as RunMessage).catch((error: unknown) => {
      writeSync(2, `${String(error)}\n`)
      process.exit(1)
    })
  }),
)
