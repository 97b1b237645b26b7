import { createRunner, createSqliteStore, definePlan, type Plan, type PlanStep } from '@lorc/runner'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender, OpenOptions } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'

/** Node steps that do nothing: the items of one step, or as many steps. Variants: `for_each`, `fan-out`. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  writeFileSync(join(scratch, 'nothing.mjs'), 'export function run() {}\n')
  const store = await createSqliteStore({ file: join(scratch, 'lorc.db'), durability: 'power' })
  const runner = await createRunner({ workspace: scratch, store })
  const step = (name: string): PlanStep => ({ name, type: 'node', module: 'nothing.mjs', function: 'run', stage: 0 })
  const stepsOf = (size: number): PlanStep[] =>
    variant === 'for_each'
      ? [{ ...step('each'), forEach: { items: `[${Array.from({ length: size }, (_, i) => i).join(',')}]` } }]
      : Array.from({ length: size }, (_, i) => step(`s${i}`))
  const plans = new Map<number, Plan>()
  return {
    version: lorcVersion,
    settings: 'SQLite store, `power`; Node steps in process',
    tasks: {
      items: async (size) => {
        const plan = plans.get(size) ?? definePlan({ lorc: 1, name: variant, steps: stepsOf(size) })
        plans.set(size, plan)
        const { status, error } = await (await runner.start(plan, { concurrency: size })).result
        if (status !== 'completed') throw new Error(error?.message ?? status)
      },
    },
    async close() {
      await runner.close()
      await store.close()
    },
  }
}
