import { createFilesStore, createRunner, createSqliteStore, definePlan, type Plan, type PlanStep, type RunStore, type StepExecutor } from '@lorc/runner'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crowd } from '../../peers/crowd.mjs'
import type { Contender, OpenOptions } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'

/** How many steps of a fan-out may run at once: as many as there are. */
const WIDE = 100_000

const noop: StepExecutor = {
  types: ['noop'],
  execute: () => ({ status: 'ok', outputs: null }),
  close: async () => {},
}

interface Variant {
  store: (scratch: string) => Promise<RunStore>
  settings: string
}

const VARIANTS: Record<string, Variant> = {
  power: {
    store: (scratch) => createSqliteStore({ file: join(scratch, 'lorc.db'), durability: 'power' }),
    settings: 'SQLite store, `power` (WAL, synchronous FULL)',
  },
  process: {
    store: (scratch) => createSqliteStore({ file: join(scratch, 'lorc.db'), durability: 'process' }),
    settings: 'SQLite store, `process` (WAL, synchronous NORMAL)',
  },
  'files, process': {
    store: (scratch) => createFilesStore({ dir: join(scratch, 'journals'), durability: 'process' }),
    settings: 'files store, `process` (written, not synced)',
  },
}

/** The library, in the process that asks for the runs. Variants: the store with its durability. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const { store: openStore, settings } = VARIANTS[variant]!
  writeFileSync(join(scratch, 'fib.mjs'), FIB)
  const store = await openStore(scratch)
  const runner = await createRunner({ workspace: scratch, store, executors: [noop], concurrency: WIDE })
  const plans = new Map<string, Plan>()
  /** A plan is made once, as a workflow of the peers is. */
  const finish = async (name: string, size: number, step: (i: number) => Omit<PlanStep, 'name'>, concurrency = WIDE): Promise<void> => {
    let plan = plans.get(name)
    if (!plan) {
      const steps = Array.from({ length: size }, (_, i) => ({ name: `s${i}`, ...step(i) }))
      plans.set(name, (plan = definePlan({ lorc: 1, name, steps })))
    }
    const { status, error } = await (await runner.start(plan, { concurrency })).result
    if (status !== 'completed') throw new Error(error?.message ?? status)
  }
  const sequence = (size: number) => finish(`sequence-${size}`, size, (stage) => ({ type: 'noop', stage }))
  return {
    version: lorcVersion,
    settings,
    tasks: {
      sequence,
      fanOut: (size, { atOnce = WIDE }) => finish(`fan-out-${size}`, size, () => ({ type: 'noop', stage: 0 }), Number(atOnce)),
      runs: (runs, { steps, atOnce }) => crowd(runs, Number(atOnce), () => sequence(Number(steps))),
      fib: (times, { n }) =>
        finish(`fib-${times}`, times, (stage) => ({ type: 'node', module: 'fib.mjs', function: 'run', args: { n: Number(n) }, stage })),
    },
    async close() {
      await runner.close()
      await store.close()
    },
  }
}

const FIB = `const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2))
export function run(ctx, { n }) { fib(n) }
`
