import { createMemoryStore, createRunner, definePlan, type Plan } from '@lorc/runner'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import type { Contender, OpenOptions, Task } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'

const STEP = `class Nothing:
    def validate(self, ctx, params):
        pass

    def run(self, ctx, params):
        return {"status": "ok", "outputs": []}
`

/** Python steps that do nothing, one after the other. The store is in memory: what durability costs is measured elsewhere. */
export async function open({ scratch }: OpenOptions): Promise<Contender> {
  writeFileSync(join(scratch, 'nothing.py'), STEP)
  const store = createMemoryStore()
  const runner = await createRunner({ workspace: scratch, store, env, concurrency: 2 })
  const task = (requiresProcess: boolean): Task => {
    const plans = new Map<number, Plan>()
    return async (size) => {
      const steps = Array.from({ length: size }, (_, stage) => {
        return { name: `s${stage}`, type: 'python', module: 'nothing', function: 'Nothing', stage, requiresProcess }
      })
      const plan = plans.get(size) ?? definePlan({ lorc: 1, name: 'python', steps })
      plans.set(size, plan)
      const { status, error } = await (await runner.start(plan)).result
      if (status !== 'completed') throw new Error(error?.message ?? status)
    }
  }
  return {
    version: lorcVersion,
    settings: 'a run of Python steps, all of it, its store in memory',
    tasks: { warm: task(false), isolated: task(true) },
    async close() {
      await runner.close()
      await store.close()
    },
  }
}
