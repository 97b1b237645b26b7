// Drives one run of a crash test, in a process of its own: `argv[2]` is a CrashOrder. Nothing else starts it.
import { chdir, argv, env, kill, pid, stderr } from 'node:process'
import { createRunner } from '@lorc/runner'
import { lazyModuleExecutors } from '../module-run/lazy-modules.ts'
import { openStore, realEngine, runnerOptions } from '../real-engine.ts'
import type { CrashOrder } from './crash-order.ts'
import { driveThrough } from './drive-through.ts'
import { killingStore } from './killing-store.ts'

const order = JSON.parse(argv[2] ?? '') as CrashOrder
const { workspace, version, file, params, resume, kill: place } = order
try {
  chdir(workspace.root)
  const options = { workspace, env }
  const store = await openStore(options)
  const watched = place === null ? store : killingStore(store, place, () => kill(pid, 'SIGKILL'))
  const runner = await createRunner({ ...runnerOptions(options), executors: lazyModuleExecutors(options), versions: { lorc: version }, store: watched })
  try {
    const start = async () => {
      const { plan, recipe } = await realEngine(version).compile(file, workspace)
      return runner.start(plan, { recipe, ...(params && { params }) })
    }
    await driveThrough(resume === null ? await start() : await runner.resume(resume), runner)
  } finally {
    await runner.close()
    await store.close()
  }
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
