import { createMemoryStore, createRunner, definePlan, type StepExecutor } from '@lorc/runner'
import { tmpdir } from 'node:os'
import { argv, exit, memoryUsage, stdout } from 'node:process'

/**
 * Prints what a run takes beyond its plan while all of its steps but the first wait, each for the one before it: bytes of
 * resident memory, or of the heap where that grew more. The argument is the number of steps. Needs --expose-gc.
 */
const size = Number(argv[2])
const plan = definePlan({
  lorc: 1,
  name: 'waiting',
  steps: Array.from({ length: size }, (_, stage) => ({ name: `s${stage}`, type: 'held', stage })),
})
const held: StepExecutor = { types: ['held'], execute: () => new Promise(() => {}), close: async () => {} }
const options = { workspace: tmpdir(), store: createMemoryStore(), concurrency: 1 }
// A plan is checked once, when it is started first: that is no part of what its steps take. Nobody runs them here.
await (await createRunner(options)).start(plan).catch(() => undefined)
const runner = await createRunner({ ...options, executors: [held] })
const before = await settledMemory()
await runner.start(plan)
const after = await settledMemory()
stdout.write(String(Math.max(after.resident - before.resident, after.heap - before.heap)), () => exit(0))

async function settledMemory(): Promise<{ resident: number; heap: number }> {
  for (let i = 0; i < 10; i++) {
    gc!()
    await new Promise<void>((resolve) => setTimeout(resolve, 10))
  }
  const { rss, heapUsed, external } = memoryUsage()
  return { resident: rss, heap: heapUsed + external }
}
