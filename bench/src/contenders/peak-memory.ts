import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { promisify } from 'node:util'
import type { EventsOptions } from '@lorc/event-client'
import type { Task } from '../harness/contender.ts'

/** JavaScript, as a job is: to strip types costs a process 20 MB. Prints the most memory that it took, in bytes. */
const EMITTING = `
import { openEvents } from ${JSON.stringify(import.meta.resolve('@lorc/event-client'))}
import { eventSample } from ${JSON.stringify(new URL('../../peers/event-sample.mjs', import.meta.url).href)}
const [options, size] = process.argv.slice(2)
const hub = await openEvents(JSON.parse(options))
if (JSON.parse(options).sink === 'bigquery') await hub.setup({ dryRun: false })
const client = hub.client({ runId: 'run', step: 'step' })
for (let n = 0; n < Number(size); n += 1) client.emit(eventSample(n))
await client.settle()
process.stdout.write(String(process.resourceUsage().maxRSS * 1024))
await hub.close()
`

/** What a process of its own takes at most that emits events until they are in the sink. */
export function peakMemory(scratch: string, options: () => Promise<EventsOptions>): Task {
  const script = join(scratch, 'emit.mjs')
  writeFileSync(script, EMITTING)
  return async (size) => {
    const dir = mkdtempSync(join(scratch, 'memory-'))
    const { stdout } = await promisify(execFile)(execPath, [script, JSON.stringify({ dir, ...(await options()) }), String(size)])
    rmSync(dir, { recursive: true })
    return { measured: Number(stdout) }
  }
}
