// Emits very many events in one job, and tells over time how much memory that takes, how much disk, and how fast it goes:
// `pnpm --dir bench soak SINK EVENTS [LATENCY_MS]`, after a build. SINK: sqlite, http or bigquery.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, execPath, exit, stdout } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const [sink = 'sqlite', events = '10000000', latencyMs = '50'] = argv.slice(2)

/** A job that fetches pages of 10,000, as jobs do, and lets what it emitted come to the disk after each. */
const JOB = `
import { openEvents } from ${JSON.stringify(import.meta.resolve('@lorc/event-client'))}
import { eventSample } from ${JSON.stringify(new URL('../peers/event-sample.mjs', import.meta.url).href)}
const [options, size] = [JSON.parse(process.argv[1]), Number(process.argv[2])]
const hub = await openEvents(options)
if (options.sink === 'bigquery') await hub.setup({ dryRun: false })
const client = hub.client({ runId: 'run', step: 'step' })
const began = performance.now()
let emitted = 0
const say = () => {
  const { waiting, delivered } = hub.counts()
  const { user, system } = process.cpuUsage()
  console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6, emitted, delivered, waiting, rss: process.memoryUsage.rss() }))
}
const timer = setInterval(say, 5000)
for (; emitted < size; emitted += 1) {
  client.emit(eventSample(emitted))
  if (emitted % 10_000 === 9999) await client.flush()
}
await client.settle()
clearInterval(timer)
say()
console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS * 1024 }))
await hub.close()
`

interface Said {
  seconds: number
  cpu: number
  emitted: number
  delivered: number
  waiting: number
  rss: number
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
const dir = mkdtempSync(join(tmpdir(), 'lorc-soak-'))
const server = sink === 'sqlite' ? undefined : serve()
const place = server && (await server.address)
const options = sink === 'sqlite' ? { dir } : sink === 'http' ? { dir, sink, url: `http://127.0.0.1:${place}/${latencyMs}` } : { dir, sink, project: 'soak-project', dataset: 'd', endpoint: place }
const job = spawn(execPath, ['--input-type=module', '-e', JOB, JSON.stringify(options), events], { stdio: ['ignore', 'pipe', 'inherit'] })
for await (const line of createInterface({ input: job.stdout })) tell(JSON.parse(line) as Said | { peak: number })
const [code] = job.exitCode === null ? ((await once(job, 'exit')) as [number]) : [job.exitCode]
server?.process.kill()
rmSync(dir, { recursive: true })
exit(code)

function tell(said: Said | { peak: number }): void {
  if ('peak' in said) return void stdout.write(`at its peak ${megabytes(said.peak)} of resident memory\n`)
  const { seconds, cpu, emitted, delivered, waiting, rss } = said
  const disk = readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)
  stdout.write(`${seconds.toFixed(0)} s, ${cpu.toFixed(0)} s of CPU: ${emitted} emitted, ${delivered} delivered, ${waiting} waiting; ${megabytes(rss)} resident, ${megabytes(disk)} on disk\n`)
}

/** A server in a process of its own that takes so long for each request. */
function serve(): { process: ChildProcess; address: Promise<string> } {
  if (sink === 'http') {
    const process = spawn(execPath, [fileURLToPath(new URL('./contenders/event-server-entry.ts', import.meta.url))], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    return { process, address: once(process, 'message').then(([port]) => String(port)) }
  }
  const script = fileURLToPath(new URL('../../packages/event-client/test/bigquery/serve.ts', import.meta.url))
  const process = spawn(execPath, [script, latencyMs, '50'], { stdio: ['pipe', 'pipe', 'inherit'] })
  return { process, address: once(process.stdout, 'data').then(([line]) => String(line).trim()) }
}
