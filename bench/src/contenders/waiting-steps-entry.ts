import { createMemoryStore, createRunner, definePlan, type StepExecutor } from '@lorc/runner'
import { tmpdir } from 'node:os'
import { argv, exit, memoryUsage, stdout } from 'node:process'

/**
 * Prints the resident bytes that a run takes beyond its plan while all of its steps but the first wait, each for the one
 * before it. The argument is the number of steps. Needs --expose-gc.
 */
const size = Number(argv[2])
const plan = definePlan({
  lorc: 1,
  name: 'waiting',
  steps: Array.from({ length: size }, (_, stage) => ({ name: `s${stage}`, type: 'held', stage })),
})
const held: StepExecutor = { types: ['held'], execute: () => new Promise(() => {}), close: async () => {} }
const runner = await createRunner({ workspace: tmpdir(), store: createMemoryStore(), executors: [held], concurrency: 1 })
const before = await settledMemory()
await runner.start(plan)
stdout.write(String((await settledMemory()) - before), () => exit(0))

async function settledMemory(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    gc!()
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return memoryUsage.rss()
}
