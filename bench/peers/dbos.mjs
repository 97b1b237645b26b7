import { DBOS } from '@dbos-inc/dbos-sdk'
import { crowd } from './crowd.mjs'
import { fib } from './fib.mjs'
import { openPostgres } from './postgres.mjs'
import { versionOf } from './version.mjs'

const nothing = async () => null

/** DBOS on a PostgreSQL of our own, both with their defaults, in the process that asks for the runs. */
export async function open({ scratch }) {
  const postgres = await openPostgres(scratch)
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: postgres.url, logLevel: 'error', runAdminServer: false })
  const sequence = DBOS.registerWorkflow(
    async (steps) => {
      for (let i = 0; i < steps; i++) await DBOS.runStep(nothing, { name: `s${i}` })
    },
    { name: 'sequence' },
  )
  const fanOut = DBOS.registerWorkflow(
    async (steps) => {
      await Promise.all(Array.from({ length: steps }, (_, i) => DBOS.runStep(nothing, { name: `s${i}` })))
    },
    { name: 'fan-out' },
  )
  const fibs = DBOS.registerWorkflow(
    async (times, n) => {
      for (let i = 0; i < times; i++) await DBOS.runStep(async () => fib(n), { name: `s${i}` })
    },
    { name: 'fib' },
  )
  await DBOS.launch()
  return {
    version: versionOf('@dbos-inc/dbos-sdk'),
    settings: 'PostgreSQL 18 as it comes (fsync, synchronous_commit on)',
    tasks: {
      sequence: (steps) => sequence(steps),
      fanOut: (steps) => fanOut(steps),
      runs: (runs, { steps, atOnce }) => crowd(runs, atOnce, () => sequence(steps)),
      fib: (times, { n }) => fibs(times, n),
    },
    async close() {
      await DBOS.shutdown()
      await postgres.close()
    },
  }
}
