import { execFileSync } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Contender, OpenOptions, Task } from '../harness/contender.ts'
import { open as openLorc } from './lorc.ts'

const WAITING = fileURLToPath(new URL('./waiting-steps-entry.ts', import.meta.url))

/** Every measurement runs this many steps, so that each sees the store's own housekeeping. */
const STEPS = 100_000

/** The time of one run among so many that they come to 100,000 steps; `waiting` gives bytes, of a process of its own. */
export async function open(options: OpenOptions): Promise<Contender> {
  const lorc = await openLorc({ ...options, variant: 'process' })
  return {
    ...lorc,
    tasks: {
      sequence: mean(lorc.tasks['sequence']!),
      fanOut: mean(lorc.tasks['fanOut']!),
      waiting: async (size) => ({ measured: Number(execFileSync(execPath, ['--expose-gc', WAITING, String(size)], { encoding: 'utf8' })) }),
    },
  }
}

function mean(task: Task): Task {
  return async (size, options) => {
    const runs = Math.ceil(STEPS / size)
    const begin = performance.now()
    for (let i = 0; i < runs; i++) await task(size, options)
    return { measured: (performance.now() - begin) / runs }
  }
}
