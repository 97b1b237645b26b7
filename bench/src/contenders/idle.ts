import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { NotHere, type Contender, type OpenOptions } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'
import { serveLorc, serveRows } from './served.ts'

/** V8 goes on collecting for some time after a start. */
const SETTLE_MS = 60_000
const LOOK_MS = 30_000

/** A service that nobody asks anything. Variants: `lorc serve`, and `fastify`, which has a table and nothing else. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  if (process.platform !== 'linux') throw new NotHere('/proc is not here')
  const isLorc = variant === 'lorc serve'
  const service = isLorc ? await serveLorc(scratch) : await serveRows(scratch, 0)
  await wait(SETTLE_MS)
  return {
    version: isLorc ? lorcVersion : '',
    settings: '',
    tasks: {
      memory: async () => ({ measured: residentBytes(service.pid) }),
      wakes: async () => {
        const before = wakes(service.pid)
        await wait(LOOK_MS)
        return { measured: wakes(service.pid) - before }
      },
    },
    close: () => service.stop(),
  }
}

/** Pages of files that others share are counted, too. */
function residentBytes(pid: number): number {
  return Number(/^Rss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) * 1024
}

/** How often its threads have begun to wait, so far. */
function wakes(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const waits = (thread: string): number =>
    Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'))?.[1])
  return threads.reduce((sum, thread) => sum + waits(thread), 0)
}
