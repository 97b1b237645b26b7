import { execFileSync } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Contender, OpenOptions } from '../harness/contender.ts'
import { open as openLorc } from './lorc.ts'

const WAITING = fileURLToPath(new URL('./waiting-steps-entry.ts', import.meta.url))

/** Large plans. `run` is a fan-out of 8 steps at a time; `waiting` gives bytes, of a process of its own each time. */
export async function open(options: OpenOptions): Promise<Contender> {
  const lorc = await openLorc({ ...options, variant: 'process' })
  return {
    ...lorc,
    tasks: {
      sequence: lorc.tasks['sequence']!,
      fanOut: lorc.tasks['fanOut']!,
      waiting: async (size) => ({ measured: Number(execFileSync(execPath, ['--expose-gc', WAITING, String(size)], { encoding: 'utf8' })) }),
    },
  }
}
