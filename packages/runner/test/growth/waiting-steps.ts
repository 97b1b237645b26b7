import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, memoryUsage, stdout } from 'node:process'
import { createMemoryStore, createRunner, definePlan, type StepExecutor } from '../../src/index.ts'
import { sealPlan } from '../../src/lib/plan-builder/define-plan.ts'

/**
 * Prints what a run costs in bytes beyond its plan while all steps but the first wait, each for the one before it, as
 * `{ heap, rss }`; `heap` counts buffers too. The argument is the number of steps. Needs --expose-gc.
 */
const size = Number(argv[2])
const plan = definePlan({
  lorc: 1,
  name: 'growth',
  steps: Array.from({ length: size }, (_, i) => ({
    name: `step_${i}`,
    type: 'idle',
    stage: i,
    ...(i % 2 === 1 && { dependsOn: [`step_${i - 1}`] }),
  })),
})

const idle: StepExecutor = { types: ['idle'], execute: () => new Promise(() => {}), close: async () => {} }
const workspace = mkdtempSync(join(tmpdir(), 'lorc-growth-'))
const runner = await createRunner({ workspace, store: createMemoryStore(), executors: [idle], concurrency: 1 })

// What a plan itself costs, its text among it, is paid once, however many runs it has.
await sealPlan(plan)
const before = await measure()
await runner.start(plan)
const after = await measure()
stdout.write(JSON.stringify({ heap: after.heap - before.heap, rss: after.rss - before.rss }))
await runner.close()
rmSync(workspace, { recursive: true })

async function measure(): Promise<{ heap: number; rss: number }> {
  for (let i = 0; i < 4; i++) {
    gc!()
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external, rss } = memoryUsage()
  return { heap: heapUsed + external, rss }
}
