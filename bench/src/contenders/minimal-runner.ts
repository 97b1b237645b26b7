import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { versions } from 'node:process'
import type { Contender, OpenOptions, Task } from '../harness/contender.ts'
import { shellGraph } from './shell-graph.ts'
import { SCRIPT } from './shell-tools.ts'

/** The least that runs a graph of commands from Node: no log, no state, no check. */
export async function open({ scratch }: OpenOptions): Promise<Contender> {
  const file = join(scratch, 'ok')
  writeFileSync(file, SCRIPT, { mode: 0o755 })
  const task =
    (shape: string): Task =>
    async (size) => {
      const graph = shellGraph(shape, size)
      const waits = new Map(graph.map(({ name, needs }) => [name, needs.length]))
      const dependents = Map.groupBy(
        graph.flatMap(({ name, needs }) => needs.map((need) => ({ name, need }))),
        ({ need }) => need,
      )
      const ready = graph.filter(({ needs }) => needs.length === 0).map(({ name }) => name)
      let left = size
      await new Promise<void>((resolve) => {
        const start = (): void => {
          const name = ready.shift()
          if (name === undefined) return
          spawn(file, { stdio: 'ignore', detached: true }).once('exit', () => {
            for (const { name: next } of dependents.get(name) ?? []) {
              const open = waits.get(next)! - 1
              waits.set(next, open)
              if (open === 0) ready.push(next)
            }
            if (--left === 0) return resolve()
            while (running() < 2 && ready.length > 0) start()
          })
          begun++
        }
        let begun = 0
        const running = (): number => begun - (size - left)
        while (running() < 2 && ready.length > 0) start()
      })
    }
  return {
    version: versions.node,
    settings: '`spawn` and a counter for each step, inside a Node that runs already',
    tasks: { independent: task('independent'), chained: task('chained'), layered: task('layered') },
    close: async () => {},
  }
}
