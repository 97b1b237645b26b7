import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { versions } from 'node:process'
import type { Machine } from './results.ts'

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'an unknown processor',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: versions.node,
    load: loadavg()[0] ?? 0,
  }
}
