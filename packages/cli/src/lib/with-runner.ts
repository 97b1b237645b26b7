import type { Surroundings } from './command.ts'
import type { OpenRunner } from './engine.ts'

/** Lets `work` use the workspace's runner, and closes it whatever happens. */
export async function withRunner<T>(
  { engine, io, workspace }: Surroundings,
  work: (open: OpenRunner) => Promise<T>,
): Promise<T> {
  const open = await engine.openRunner({ workspace: await workspace(), env: io.env })
  try {
    return await work(open)
  } finally {
    await open.close()
  }
}
