import { argv, exit } from 'node:process'
import type { Contender, OpenContender, TaskOptions } from './contender.ts'

/** From the parent: do a task once, or end. */
export type Order = { task: string; size: number; options: TaskOptions } | { close: true }
/** To the parent: ready, a time in milliseconds, or why there is none. */
export type Answer = { version: string; settings: string } | { ms: number } | { failed: string; notHere: boolean }

const [module = '', scratch = '', variant = ''] = argv.slice(2)

async function obey(contender: Contender, order: Order): Promise<void> {
  if ('close' in order) {
    await contender.close()
    return exit(0)
  }
  const task = contender.tasks[order.task]
  if (!task) throw new Error(`There is no task ${order.task}.`)
  const begin = performance.now()
  const own = await task(order.size, order.options)
  const wall = performance.now() - begin
  answer({ ms: own instanceof Object && 'measured' in own ? own.measured : wall })
}

function answer(content: Answer): void {
  process.send?.(content)
}

const fail = (error: unknown): void => {
  const message = error instanceof Error ? error.message : String(error)
  answer({ failed: message, notHere: error instanceof Error && error.name === 'NotHere' })
}

try {
  const { open } = (await import(module)) as { open: OpenContender }
  const contender = await open({ scratch, variant })
  // Whoever asked is gone: what was started here ends with it.
  process.on('disconnect', () => void obey(contender, { close: true }).catch(() => exit(1)))
  process.on('message', (order: Order) => void obey(contender, order).catch(fail))
  answer({ version: contender.version, settings: contender.settings })
} catch (error) {
  fail(error)
}
