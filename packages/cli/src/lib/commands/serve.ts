import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { restOptimizers } from '../process/optimizers.ts'
import { oneLine } from '../render/text.ts'
import { serverOptions } from '../server-options.ts'
import { trimMemorySoon } from '../process/trim-memory.ts'
import type { LoadedWorkspace } from '../workspace.ts'
import { boundYoungGeneration } from '../process/young-generation.ts'

export const serve = defineCommand({
  description:
    'Serves the workspace over HTTP until it is stopped (Ctrl-C, SIGTERM): runs, recipes and modules, with their events as they ' +
    'happen. What it had taken in when it was stopped goes on with its next start.',
  arguments: {},
  options: {
    host: { kind: 'text', label: 'ADDRESS', summary: 'Where to listen. Default: `server.host`, else 127.0.0.1' },
    port: { kind: 'integer', label: 'N', min: 0, max: 65_535, summary: 'The port; 0: any that is free. Default: `server.port`, else 8000' },
    'first-key': { kind: 'text', label: 'NAME', summary: 'Where there has never been a key, make one of this name that allows everything, and print it, this once' },
    ...JSON_OPTION,
  },
  examples: [
    ['serve', 'listen on http://127.0.0.1:8000'],
    ['serve --port 0 --json', 'take a free port, and print it and the log as JSON lines'],
    ['serve --host 0.0.0.0 --first-key admin', 'serve a network; the first start makes the key that it asks for'],
  ],
  async run(invocation) {
    const { io, options, version } = invocation
    const wakeOptimizers = restOptimizers()
    const loaded = await invocation.workspace()
    const { createServer } = await import('@lorc/server')
    if (options['first-key'] !== undefined) await tellFirstKey(loaded, io, options['first-key'], options.json)
    const given = serverOptions(loaded, io.env, version)
    // Runs that were left may go on before it listens.
    io.enter(loaded.root)
    const server = await createServer({ ...given.options, log: options.json ? jsonLog(io) : textLog(io) })
    server.app.server.once('connection', wakeOptimizers)
    const stopped = interrupted(io)
    const unbind = boundYoungGeneration()
    let callOff = (): void => undefined
    try {
      const { host, port } = options
      const { url } = await server.listen({ ...(host !== undefined && { host }), ...(port !== undefined && { port }) })
      const started = { event: 'listening', url, workspace: loaded.root, pid: io.pid }
      io.stdout.write(options.json ? `${JSON.stringify(started)}\n` : `lorc ${version} serves ${oneLine(loaded.root)} at ${url}\n`)
      callOff = trimMemorySoon()
      const signal = await stopped
      io.stderr.write(options.json ? '' : `${signal}: stopping; runs that go on are taken up by the next start\n`)
    } finally {
      callOff()
      unbind()
      await server.close()
      await given.close()
    }
    return EXIT.ok
  },
})

/** Before anything is served: whoever reaches the service needs a key from its first moment on. */
async function tellFirstKey(workspace: LoadedWorkspace, io: Io, name: string, json: boolean): Promise<void> {
  const { firstKey } = await import('../access/first-key.ts')
  const key = await firstKey(workspace, io, name)
  if (key === undefined) return
  io.stdout.write(json ? `${JSON.stringify({ event: 'first_key', name, key })}\n` : `key of ${oneLine(name)}, shown this once: ${key}\n`)
}

/** The first signal; a second one ends the process at once. */
function interrupted(io: Io): Promise<string> {
  return new Promise((resolve) => {
    let first = true
    io.onInterrupt((signal) => {
      if (!first) io.exit(EXIT.failed)
      first = false
      resolve(signal)
    })
  })
}

type Log = (level: string, message: string, fields?: Readonly<Record<string, unknown>>) => void

/** A JSON object a line: what a request says cannot begin a line of its own. */
function jsonLog(io: Io): Log {
  return (level, message, fields = {}) => {
    io.stderr.write(`${JSON.stringify({ time: new Date(io.now()).toISOString(), level, message, ...fields })}\n`)
  }
}

function textLog(io: Io): Log {
  return (level, message, fields = {}) => {
    if (level === 'debug') return
    const rest = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    io.stderr.write(`${oneLine([level, message, ...rest].join(' '))}\n`)
  }
}
