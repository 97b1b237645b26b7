import { join } from 'node:path'
import { OpenWorkflow } from 'openworkflow'
import { BackendSqlite } from 'openworkflow/sqlite'
import { crowd } from './crowd.mjs'
import { fib } from './fib.mjs'
import { versionOf } from './version.mjs'

const nothing = async () => null

/**
 * OpenWorkflow with its SQLite backend as it comes, in the process that asks for the runs. Its worker and its client
 * look for work and for results in intervals of up to a second: that is no part of what is measured. A single run is
 * timed from its first line to its last, and of many the end of each run counts, not that its client heard of it.
 */
export async function open({ scratch }) {
  const backend = BackendSqlite.connect(join(scratch, 'openworkflow.db'))
  const ow = new OpenWorkflow({ backend })
  const done = new Map()
  const define = (name, steps) =>
    ow.defineWorkflow({ name }, async ({ input, step }) => {
      const begin = performance.now()
      const finished = steps(input, step).then(() => ({ measured: performance.now() - begin }))
      done.get(input.id)(finished)
      await finished
    })
  const sequence = define('sequence', async ({ size }, step) => {
    for (let i = 0; i < size; i++) await step.run({ name: `s${i}` }, nothing)
  })
  const fanOut = define('fan-out', async ({ size }, step) => {
    await Promise.all(Array.from({ length: size }, (_, i) => step.run({ name: `s${i}` }, nothing)))
  })
  const fibs = define('fib', async ({ size, n }, step) => {
    for (let i = 0; i < size; i++) await step.run({ name: `s${i}` }, async () => fib(n))
  })
  const worker = ow.newWorker({ concurrency: 100 })
  await worker.start()
  let last = 0
  const finish = async (workflow, input) => {
    const id = ++last
    const ended = new Promise((resolve) => done.set(id, resolve))
    await workflow.run({ ...input, id })
    return ended
  }
  return {
    version: versionOf('openworkflow'),
    settings: 'SQLite backend as it comes (WAL, synchronous FULL); its waiting for work is not counted',
    tasks: {
      sequence: (size) => finish(sequence, { size }),
      fanOut: (size) => finish(fanOut, { size }),
      runs: (runs, { steps, atOnce }) => crowd(runs, atOnce, () => finish(sequence, { size: steps })),
      fib: (size, { n }) => finish(fibs, { size, n }),
    },
    async close() {
      await worker.stop()
      await backend.stop()
    },
  }
}
